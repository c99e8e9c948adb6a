pmtac convert -x powermta  tls-not.pmta
