pmtac build --strict --fragment -o "$TMPDIR/out" mixed.topo; echo $?; ls "$TMPDIR"
