pmtac check --fragment -Werror -Wno-error mixed.topo
