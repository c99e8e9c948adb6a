pmtac convert -x powermta nowhere.pmta
