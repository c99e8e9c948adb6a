pmtac build text.d/new.topo 2>/dev/null | pmtac diff -x powermta text.d/old.conf - | grep -c '^[-+] '
