pmtac check --dkim --fragment dkim-hosts.topo
