pmtac check --relay --host=mx2 hosts.topo
