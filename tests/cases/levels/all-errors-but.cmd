pmtac build --fragment -W no-error=unused -Werror mixed.topo
