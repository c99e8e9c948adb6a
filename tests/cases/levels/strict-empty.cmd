pmtac build --strict empty.topo
