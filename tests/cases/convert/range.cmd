pmtac convert -x powermta  range.pmta
