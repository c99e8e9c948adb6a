pmtac check --fragment -W no-host-shared -Wno-unused mixed.topo
