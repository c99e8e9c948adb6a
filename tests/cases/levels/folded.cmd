pmtac check --fragment --format gcc folded.topo
