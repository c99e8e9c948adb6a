pmtac explain unused >/dev/full
