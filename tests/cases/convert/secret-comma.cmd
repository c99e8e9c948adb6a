pmtac convert -x powermta --keep-secrets secret-comma.pmta
