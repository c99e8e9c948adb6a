pmtac check --relay certificate-only.topo 2>/dev/null
