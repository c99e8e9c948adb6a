pmtac check --dkim --format json dkim.topo
