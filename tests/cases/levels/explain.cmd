pmtac explain relay-open
