pmtac check --dkim --fragment --host mx2 --format gcc dkim-hosts.topo
