pmtac build --fragment -I directory.d directory.topo
