pmtac convert -x powermta  client-open.pmta
