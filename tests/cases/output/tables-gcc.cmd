pmtac check --relay --dkim --format=gcc --host=mx1 tables.topo
