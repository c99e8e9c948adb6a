pmtac convert -x powermta  policy-not.pmta
