pmtac check --relay --format json relay-empty.topo
