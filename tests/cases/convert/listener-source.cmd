pmtac convert -x powermta listener-source.pmta
