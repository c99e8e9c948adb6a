cp baseline.d/config $TMPDIR && cd $TMPDIR && pmtac check --baseline config config; pmtac check --baseline . config; pmtac check --baseline none/known config
