pmtac convert -x powermta --format json -o $TMPDIR/out secret-json.pmta
