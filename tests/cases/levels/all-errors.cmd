pmtac build --fragment -Werror mixed.topo
