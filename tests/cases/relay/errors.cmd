pmtac check --relay errors.topo
