# Sourced by the scripts of this folder: results in TAP.
#
#   verdict NAME <FAULTS    fine if there is no line on standard input; the lines are shown
#   skip NAME WHY           counts as skipped
#   skip_all WHY            ends the script
#   finish                  the plan, at the end
#   $top $pmtac $scratch    the source tree, the program, a folder that goes away with the script

set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(cd "${abs_top_srcdir:-$here/../..}" && pwd) || exit 1
pmtac=${PMTAC:-${abs_top_builddir:-$top}/pmtac}

# Results often come out of a pipe, that is another shell: they are counted in a file.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pmtac-house.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
: >"$scratch/.results"

verdict() {
    echo >>"$scratch/.results"
    faults=$(cat)
    if test -z "$faults"; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        printf '%s\n' "$faults" | sed 's/^/# /'
    fi
}

skip() {
    echo >>"$scratch/.results"
    echo "ok - $1 # SKIP $2"
}

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

finish() { echo "1..$(($(wc -l <"$scratch/.results")))"; }
