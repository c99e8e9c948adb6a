pmtac build --fragment open-allowed.topo
