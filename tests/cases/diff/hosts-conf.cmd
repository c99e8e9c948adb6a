pmtac build --host mx1 hosts.d/a.topo 2>/dev/null >$TMPDIR/a.conf; pmtac diff --host mx1 $TMPDIR/a.conf hosts.d/a.topo
