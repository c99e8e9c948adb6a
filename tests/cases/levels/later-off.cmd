pmtac check --fragment -W error=unused -W no-unused -W no-host-shared mixed.topo
