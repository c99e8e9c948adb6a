pmtac check --fragment -W no-host-shared mixed.topo
