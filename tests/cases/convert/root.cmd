pmtac convert -x powermta  root.pmta
