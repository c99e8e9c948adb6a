pmtac check --relay --fragment server-files.topo
