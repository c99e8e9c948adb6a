pmtac check --fragment --format gcc -Werror folded.topo
