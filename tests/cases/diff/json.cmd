pmtac diff --format json text.d/new.topo text.d/old.conf
