pmtac build --redact --strict --fragment -o /dev/null comment-secrets.topo
