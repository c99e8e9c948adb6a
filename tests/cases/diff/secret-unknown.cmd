pmtac build same.d/a.topo 2>/dev/null >$TMPDIR/a.conf; unset APP_SMTP_PASSWORD; pmtac diff same.d/a.topo $TMPDIR/a.conf
