pmtac build --fragment -W error=host-shared mixed.topo
