pmtac check --dkim --fragment dkim-many.topo
