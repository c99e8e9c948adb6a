cp secret-file.topo secret-file.d/word "$TMPDIR" && cd "$TMPDIR" && { pmtac build -o word secret-file.topo; pmtac build --redact -o x.conf -MF ./word secret-file.topo; cat word; rm -f *; }
