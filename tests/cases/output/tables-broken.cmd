pmtac check --relay --dkim tables-broken.topo
