pmtac diff --format gcc same.d/a.topo same.d/a.topo
