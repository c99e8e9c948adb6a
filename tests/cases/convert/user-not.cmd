pmtac convert -x powermta  user-not.pmta
