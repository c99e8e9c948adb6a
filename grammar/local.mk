## What can be written: the grammars and the tables of words.

libpmtac_a_SOURCES += \
	%D%/actions.def \
	%D%/checks.def \
	%D%/ciphers.def \
	%D%/coverage.def \
	%D%/differences.def \
	%D%/directives.def \
	%D%/explain.def \
	%D%/foreign.def \
	%D%/identity.def \
	%D%/kinds.def \
	%D%/legacy.def \
	%D%/levels.def \
	%D%/lower.def \
	%D%/normal.def \
	%D%/options.def \
	%D%/parse.h \
	%D%/patterns.def \
	%D%/pipe-parse.y \
	%D%/pipe-scan.l \
	%D%/pipe.h \
	%D%/placeholders.def \
	%D%/pmta-parse.y \
	%D%/pmta-scan.l \
	%D%/pmta.h \
	%D%/providers.def \
	%D%/raise.def \
	%D%/reserved.def \
	%D%/secrets.def \
	%D%/sections.def \
	%D%/share.c \
	%D%/share.h \
	%D%/target.def \
	%D%/text.c \
	%D%/timewords.def \
	%D%/tls.def \
	%D%/topo-parse.y \
	%D%/topo-scan.l \
	%D%/topo.h \
	%D%/toplevel.def \
	%D%/types.def \
	%D%/verify.def

BUILT_SOURCES += \
	%D%/pipe-parse.h \
	%D%/pmta-parse.h \
	%D%/topo-parse.h

## So that 'make grammar/topo-scan.o' works in a fresh tree too.
%D%/pipe-scan.$(OBJEXT): %D%/pipe-parse.h
%D%/pmta-scan.$(OBJEXT): %D%/pmta-parse.h
%D%/topo-scan.$(OBJEXT): %D%/topo-parse.h
