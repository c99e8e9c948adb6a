pmtac diff hosts.d/a.topo hosts.d/b.topo
