pmtac build --annotate --fragment annotate.topo
