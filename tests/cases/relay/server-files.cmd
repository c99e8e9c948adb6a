pmtac check --relay --format=gcc server-files.topo
