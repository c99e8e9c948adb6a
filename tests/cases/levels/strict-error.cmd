pmtac check --strict --fragment both.topo
