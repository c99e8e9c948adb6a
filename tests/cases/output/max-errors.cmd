pmtac check --max-errors 1 max-errors.topo
