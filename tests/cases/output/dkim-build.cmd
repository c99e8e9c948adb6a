pmtac build --dkim dkim-hosts.topo
