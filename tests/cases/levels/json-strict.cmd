pmtac check --format json --fragment --strict mixed.topo
