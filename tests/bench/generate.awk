# generate.awk - a topology, or rows, of N virtual MTAs: awk -v n=100000 -v rows=0 -f generate.awk
#
# About 250 bytes of topology for each: a source, a key, a nested domain with TLS, pools of ten.

function address(i) { return 1 + int(i / 16777216) % 200 "." int(i / 65536) % 256 "." int(i / 256) % 256 "." i % 256 }

BEGIN {
    if (rows) {
        for (i = 0; i < n; i++)
            print address(i + 16777216) "|s" i % 7 "|d" int(i / 10) ".acme.example|m" i ".acme.example|v" i
        exit
    }
    print "postmaster postmaster@acme.example"
    print "tls edge { certificate /etc/pmta/tls/edge.pem; minimum 1.2 }"
    print "listener in 203.0.113.4:587 { tls required edge; auth required; process-x-virtual-mta yes }"
    print "user app { password env:APP_SMTP_PASSWORD; via p0 }"
    for (i = 0; i < n; i += 10)
        print "dkim d" i / 10 ".acme.example { selector s2026 /etc/pmta/dkim/d" i / 10 ".pem }"
    for (i = 0; i < n; i++) {
        print "vmta v" i " {"
        print "    source " address(i + 16777216) " m" i ".acme.example"
        print "    sign   d" int(i / 10) ".acme.example"
        print "    domain * {"
        print "        tls          opportunistic"
        print "        max-smtp-out 10"
        print "        max-msg-rate 500/h"
        print "        retry-after  20m"
        print "        bounce-after 2d"
        print "    }"
        print "}"
        if (i % 10 == 9 || i == n - 1)
            print "pool p" int(i / 10) " { v{" i - i % 10 ".." i "} }"
    }
}
