pmtac convert -x powermta  client-closed.pmta
