pmtac check --relay --dkim --format=json tables.topo
