pmtac check --dkim --relay tables.topo
