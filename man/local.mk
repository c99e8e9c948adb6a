## The manual.  tests/house/documents.test reads it.

dist_man_MANS = \
	%D%/pmtac-checks.7 \
	%D%/pmtac.1 \
	%D%/pmtac.5
