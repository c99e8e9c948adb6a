pmtac check --fragment -Werror -W host-shared mixed.topo
