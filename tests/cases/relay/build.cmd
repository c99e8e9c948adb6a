pmtac build --relay server-files.topo
