pmtac convert -x powermta  sign-all.pmta
