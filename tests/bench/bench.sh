#!/bin/sh
# bench.sh PMTAC FLOOR MEASURE [N]... - what pmtac takes for topologies and rows of N virtual MTAs,
# beside a program that only reads and prints (the floor) and a line of perl that turns rows into
# configuration and checks nothing; what it takes to read and check the configuration that the
# topology became, and to compare the two.
#
# Contenders run in turns, and the best time of each counts.  The machine may be noisy all the same:
# compare figures of one run only, and quote ratios.

set -eu
pmtac=$1 floor=$2 measure=$3
shift 3
[ $# -gt 0 ] || set -- 10 1000 100000 1000000
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
APP_SMTP_PASSWORD=correct-horse-battery
export APP_SMTP_PASSWORD
quiet='-W no-auth-no-rate-limit'
script='print "<virtual-mta $F[4]>\n    smtp-source-host $F[0] $F[3]\n    domain-key $F[1], $F[2], ",
    "/etc/pmta/dkim/$F[1].$F[2].pem\n</virtual-mta>\n"'
printf '%s\n' "$script" >"$dir/rows.pl"

# report N INPUT - formats what measure prints; ratios are to the last contender.
report() {
    awk -v n="$1" -v size="$(wc -c <"$2")" '
        { label[NR] = $1; took[NR] = $2; memory[NR] = $3 }
        END {
            for (i = 1; i <= NR; i++)
                printf "%-9s %8d %10.2f ms %8.1f MB/s %8.0f ns %8.1f MB %6.2f %6.2f\n", label[i],
                    n, took[i] / 1e6, size / took[i] * 1e3, took[i] / n, memory[i] / 1024,
                    memory[i] * 1024 / size, took[i] / took[NR]
        }'
}

printf '%-9s %8s %13s %13s %11s %11s %6s %6s\n' what n time source 'per VMTA' memory /source /last
for n; do
    turns=7
    [ "$n" -lt 1000000 ] || turns=3
    awk -v n="$n" -v rows=0 -f "$here/generate.awk" >"$dir/in.topo"
    awk -v n="$n" -v rows=1 -f "$here/generate.awk" >"$dir/in.psv"
    "$pmtac" build $quiet -o "$dir/result" "$dir/in.topo" 2>/dev/null
    "$measure" "$turns" \
        topology "rm -f '$dir/new'; exec '$pmtac' build $quiet -o '$dir/new' '$dir/in.topo'" \
        printed "exec '$pmtac' build $quiet '$dir/in.topo' >'$dir/out'" \
        unchanged "exec '$pmtac' build $quiet -o '$dir/result' '$dir/in.topo'" \
        floor "exec '$floor' '$dir/in.topo' '$dir/result' >'$dir/out'" | report "$n" "$dir/in.topo"
    "$measure" "$turns" \
        rows "exec '$pmtac' build --fragment '$dir/in.psv' >'$dir/out' 2>/dev/null" \
        perl "exec perl -F'\\|' -lan '$dir/rows.pl' '$dir/in.psv' >'$dir/out'" |
        report "$n" "$dir/in.psv"
    "$measure" "$turns" config "exec '$pmtac' check -x powermta '$dir/result' 2>/dev/null" |
        report "$n" "$dir/result"
    mv "$dir/result" "$dir/result.conf"
    "$measure" "$turns" diff "exec '$pmtac' diff '$dir/in.topo' '$dir/result.conf'" |
        report "$n" "$dir/in.topo"
    rm "$dir/result.conf"
done
