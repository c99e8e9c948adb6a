pmtac convert -x powermta  part.pmta
