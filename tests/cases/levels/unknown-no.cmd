pmtac check -Wno-relay-opn mixed.topo
