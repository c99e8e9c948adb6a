pmtac convert -x powermta  tls.pmta
