pmtac check mixed.topo --warn=no-unused --fragment --warn no-host-shared
