pmtac check --relay --format=json text.topo 2>/dev/null
