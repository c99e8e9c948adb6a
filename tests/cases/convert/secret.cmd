pmtac convert -x powermta  secret.pmta
