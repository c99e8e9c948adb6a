pmtac check --fragment -W host-shared mixed.topo
