## Every file of this folder is shipped; tests/house/examples.test compiles them.

EXTRA_DIST += %D%
