pmtac convert -x powermta  sign.pmta
