## The manual.  tests/house/documents.test reads it.

dist_man_MANS =
