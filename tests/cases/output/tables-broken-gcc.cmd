pmtac check --dkim --format=gcc tables-broken.topo
