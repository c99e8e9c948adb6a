pmtac check -W no-error=hostshared mixed.topo
