pmtac diff - -
