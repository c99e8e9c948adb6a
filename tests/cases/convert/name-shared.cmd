pmtac convert -x powermta --keep-secrets name-shared.pmta
