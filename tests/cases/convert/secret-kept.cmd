pmtac convert -x powermta --keep-secrets secret-kept.pmta
