pmtac diff --format json hosts.d/a.topo hosts.d/b.topo
