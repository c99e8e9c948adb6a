pmtac build --strict --fragment -W no-unused -W no-host-shared mixed.topo
