pmtac check --baseline-write baseline.d/config
