pmtac build --fragment -W no-error=relay-open open-allowed.topo
