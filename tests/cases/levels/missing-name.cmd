pmtac check mixed.topo -W
