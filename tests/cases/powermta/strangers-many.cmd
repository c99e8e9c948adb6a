awk 'BEGIN { for (i = 0; i < 40000; i++) printf "<bogus%d x>\nfoo%d bar\n</bogus%d>\n", i, i, i }' >$TMPDIR/config && cd $TMPDIR && pmtac check config
