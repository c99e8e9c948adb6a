pmtac convert -x powermta  range-not.pmta
