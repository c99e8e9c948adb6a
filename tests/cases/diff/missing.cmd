pmtac diff errors.d/nothing.conf same.d/a.topo
