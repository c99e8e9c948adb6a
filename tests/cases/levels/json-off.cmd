pmtac check --format json --fragment -W no-unused -W no-host-shared mixed.topo
