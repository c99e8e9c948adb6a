pmtac diff same.d/a.topo secret.d/a.conf
