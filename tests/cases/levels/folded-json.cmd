pmtac check --fragment --format json folded.topo
