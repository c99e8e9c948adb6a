pmtac check --fragment -W no-error=unused -W error=unused mixed.topo
