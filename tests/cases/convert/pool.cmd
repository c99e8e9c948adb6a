pmtac convert -x powermta  pool.pmta
