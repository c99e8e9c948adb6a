pmtac explain frobnicate
