pmtac check --relay hosts.topo
