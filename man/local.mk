## The manual.  tests/house/documents.test reads it.

dist_man_MANS = \
	%D%/pmtac-checks.7 \
	%D%/pmtac.1 \
	%D%/pmtac.5

## What programs read is described for programs too; tests/house/messages.test and schema.test hold
## the program to it.
dist_pkgdata_DATA = %D%/pmtac-diff.schema.json %D%/pmtac-messages.schema.json
