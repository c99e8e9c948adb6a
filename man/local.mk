## The manual.  tests/house/documents.test reads it.

dist_man_MANS = \
	%D%/pmtac-checks.7 \
	%D%/pmtac.1 \
	%D%/pmtac.5

## For whoever reads messages by program; tests/house/messages.test holds the program to it.
dist_pkgdata_DATA = %D%/pmtac-messages.schema.json
