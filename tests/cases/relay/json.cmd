pmtac check --relay --format=json text.topo
