pmtac build --fragment -W no-value-unwritable unwritable.topo
