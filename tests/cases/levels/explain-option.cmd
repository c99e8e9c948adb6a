pmtac explain -W no-unused unused
