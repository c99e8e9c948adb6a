pmtac check --format gcc gcc.topo
