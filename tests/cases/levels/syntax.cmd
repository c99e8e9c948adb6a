pmtac build --fragment -W no-syntax syntax.topo
