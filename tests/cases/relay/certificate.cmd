pmtac check --relay certificate.topo 2>/dev/null
