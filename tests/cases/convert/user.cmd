pmtac convert -x powermta  user.pmta
