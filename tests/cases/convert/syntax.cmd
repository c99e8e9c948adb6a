pmtac convert -x powermta  syntax.pmta
