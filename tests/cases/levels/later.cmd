pmtac check --fragment -W no-unused -W error=host-shared -W unused -W no-host-shared mixed.topo
