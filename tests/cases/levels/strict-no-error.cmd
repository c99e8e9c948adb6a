pmtac check --strict --fragment -W no-error=unused mixed.topo
