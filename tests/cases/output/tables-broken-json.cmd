pmtac check --relay --dkim --format=json tables-broken.topo
