# Sourced by the scripts of this folder: tests/house/tap.sh, and
#
#   expect STATUS TEXT ARGUMENTS...  runs the program; prints a fault unless it ends with STATUS and
#                                    says TEXT on standard error ('' says nothing, '*' anything)
#   $out $err $rc                    what it wrote and how it ended
#   $good                            a topology without any message
#
# The scripts work in an empty folder, 'work' of $scratch.

. "$(dirname "$0")/../house/tap.sh"
test -x "$pmtac" || skip_all "no program"
case $pmtac in /*) ;; *) pmtac=$PWD/$pmtac ;; esac
out=$scratch/out err=$scratch/err good=$scratch/good.topo rc=0
mkdir "$scratch/work" && cd "$scratch/work" || exit 1
export APP_SMTP_PASSWORD=correct-horse-battery RELAY_PASSWORD=staple-of-the-relay NO_COLOR=1
cat >"$good" <<'END'
postmaster postmaster@acme.example
listener in 127.0.0.1:2525 { allow 127.0.0.1; via v1 }
vmta v1 { source 203.0.114.1 v1.acme.example }
END

judge() { # STATUS TEXT
    test $rc -eq "$1" || echo "status $rc instead of $1"
    case $2 in
        '*') ;;
        '') test ! -s "$err" || { echo "messages:"; head -5 "$err"; } ;;
        *) grep -q -F -e "$2" "$err" || { echo "not said: $2"; head -5 "$err"; } ;;
    esac
    test $rc -eq 0 || test ! -s "$out" || echo "output in spite of status $rc"
    ! grep -E 'Sanitizer|runtime error' "$err" || echo "a report of a sanitizer"
}

expect() {
    want=$1 said=$2
    shift 2
    "$pmtac" "$@" >"$out" 2>"$err"
    rc=$?
    judge "$want" "$said" |
        while IFS= read -r line; do printf '%.400s\n' "pmtac $*: $line"; done
}

# What is in the folder besides those names.
only() {
    ls -A | while read -r name; do
        case " $* " in *" $name "*) ;; *) echo "left behind: $name" ;; esac
    done
}

# The sanitizers need more memory and time than limits allow.
sanitized() {
    ! sh -c 'ulimit -v 200000; "$0" --version; exit $?' "$pmtac" >/dev/null 2>&1
}
