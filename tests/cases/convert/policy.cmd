pmtac convert -x powermta  policy.pmta
