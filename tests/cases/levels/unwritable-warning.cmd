pmtac build --fragment -W no-error=value-unwritable --format gcc unwritable.topo
