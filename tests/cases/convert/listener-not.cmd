pmtac convert -x powermta  listener-not.pmta
