printf "# pmtac: allow nothing-declared to come\n" | pmtac check --strict -
