pmtac build --fragment unwritable-allowed.topo
