pmtac diff same.d/a.topo
