pmtac diff --host mx9 hosts.d/a.topo hosts.d/b.topo
