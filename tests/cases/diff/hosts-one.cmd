pmtac diff --host mx2 hosts.d/a.topo hosts.d/b.topo
