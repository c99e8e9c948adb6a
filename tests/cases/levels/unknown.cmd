pmtac check -W unusde mixed.topo
