pmtac convert -x powermta  domain.pmta
