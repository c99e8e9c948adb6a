pmtac check --format json --fragment -Werror -W host-shared mixed.topo
