pmtac convert -x powermta sign-none.pmta
