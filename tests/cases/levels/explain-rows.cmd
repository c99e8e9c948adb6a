pmtac explain legacy-shape
