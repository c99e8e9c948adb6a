pmtac convert -x powermta unsayable.pmta
