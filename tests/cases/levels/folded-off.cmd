pmtac check --fragment --strict -W no-host-foreign folded.topo
