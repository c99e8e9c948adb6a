pmtac convert -x powermta  domain-not.pmta
