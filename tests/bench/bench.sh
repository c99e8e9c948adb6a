#!/bin/sh
# bench.sh PMTAC - prints what pmtac takes for topologies and rows of several sizes.
#
# The machine may be noisy: compare figures of one run only, and quote ratios.

set -eu
pmtac=$1
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
APP_SMTP_PASSWORD=correct-horse-battery
export APP_SMTP_PASSWORD

# measure LABEL INPUT N
measure() {
    perl -e '
        use Time::HiRes "time";
        my ($label, $input, $n, @command) = @ARGV;
        my $best;
        for (1 .. 5) {
            my $start = time;
            system("@command >/dev/null 2>&1");
            my $took = time - $start;
            $best = $took if !defined $best || $took < $best;
        }
        my $size = -s $input;
        printf "%-10s %9d %9.1f ms %8.1f MB/s %7.0f ns each\n", $label, $n, $best * 1e3,
            $size / $best / 1e6, $best * 1e9 / $n;
    ' "$@"
}

printf '%-10s %9s %12s %13s %15s\n' input n time source 'per VMTA'
for n in 10 1000 100000; do
    awk -v n="$n" -v rows=0 -f "$here/generate.awk" >"$dir/$n.topo"
    awk -v n="$n" -v rows=1 -f "$here/generate.awk" >"$dir/$n.psv"
    measure topology "$dir/$n.topo" "$n" "$pmtac" build -o "$dir/out" "$dir/$n.topo"
    measure rows "$dir/$n.psv" "$n" "$pmtac" build -o "$dir/out" "$dir/$n.psv"
done
