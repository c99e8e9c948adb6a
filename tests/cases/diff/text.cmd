pmtac diff text.d/old.conf text.d/new.topo
