pmtac convert -x powermta  listener.pmta
