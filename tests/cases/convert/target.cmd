pmtac convert -x powermta --target 4.5 target.pmta
