pmtac diff hosts.d/a.topo same.d/a.topo
