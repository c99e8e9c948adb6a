pmtac check --relay text.topo 2>/dev/null
