pmtac check -W "" mixed.topo
