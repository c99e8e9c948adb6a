pmtac check --strict --fragment comment-secrets.topo
