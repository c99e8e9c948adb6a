pmtac diff errors.d/a.topo errors.d/a.conf
