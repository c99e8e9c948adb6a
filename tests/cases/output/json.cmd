pmtac check --format json json.topo
