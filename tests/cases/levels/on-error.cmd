pmtac check --fragment -W relay-open open.topo
