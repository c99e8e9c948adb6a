pmtac explain | sed 2q; pmtac explain | grep relay-open
