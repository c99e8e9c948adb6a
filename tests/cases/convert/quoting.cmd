pmtac convert -x powermta  quoting.pmta
