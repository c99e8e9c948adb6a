pmtac check --strict --fragment -W no-unused mixed.topo
