pmtac convert --strict hidden.topo
