pmtac build -MD -o $TMPDIR/c.conf depfile.topo && sed "s:$TMPDIR:TMP:" $TMPDIR/c.d
