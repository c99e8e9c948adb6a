pmtac check --dkim dkim.topo 2>/dev/null
