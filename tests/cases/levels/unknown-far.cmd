pmtac check -W all mixed.topo
