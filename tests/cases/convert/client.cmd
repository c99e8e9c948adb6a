pmtac convert -x powermta  client.pmta
