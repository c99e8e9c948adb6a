pmtac check --format gcc --fragment -Werror -W host-shared mixed.topo
