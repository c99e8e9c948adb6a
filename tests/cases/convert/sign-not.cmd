pmtac convert -x powermta  sign-not.pmta
