pmtac build --fragment -W no-relay-open open.topo
