## Tests.  Everything speaks TAP, so every case counts by itself.

TEST_EXTENSIONS = .test
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_LOG_DRIVER = $(LOG_DRIVER)
TEST_LOG_COMPILER = $(SHELL)
## A script that finds failures says so in its exit status too: they count once.
AM_TEST_LOG_DRIVER_FLAGS = --ignore-exit

PMTAC_ENVIRONMENT = \
	abs_top_srcdir='$(abs_top_srcdir)' \
	abs_top_builddir='$(abs_top_builddir)' \
	PMTAC="$${PMTAC-$(abs_top_builddir)/pmtac$(EXEEXT)}"

AM_TESTS_ENVIRONMENT = \
	$(PMTAC_ENVIRONMENT); \
	LC_ALL=C; TZ=UTC; CK_VERBOSITY=silent; CK_TAP_LOG_FILE_NAME=-; \
	CK_DEFAULT_TIMEOUT=60; \
	export abs_top_srcdir abs_top_builddir PMTAC LC_ALL TZ CK_VERBOSITY CK_TAP_LOG_FILE_NAME \
	  CK_DEFAULT_TIMEOUT;

## Scripts.
script_tests = \
	%D%/convert.test \
	%D%/corpus.test \
	%D%/hostile/apart.test %D%/hostile/bytes.test \
	%D%/hostile/environment.test \
	%D%/hostile/faults.test \
	%D%/hostile/fleets.test \
	%D%/hostile/injection.test \
	%D%/hostile/inputs.test \
	%D%/hostile/outputs.test \
	%D%/hostile/sizes.test \
	%D%/house/documents.test \
	%D%/house/examples.test \
	%D%/house/explain.test \
	%D%/house/manual-examples.test \
	%D%/house/messages.test \
	%D%/house/rooms.test \
	%D%/house/schema.test \
	%D%/house/style.test \
	%D%/lines.test \
	%D%/run-cases.test

TESTS += $(script_tests)
EXTRA_DIST += $(script_tests) %D%/hostile/hostile.sh %D%/house/code.awk \
	%D%/house/explain.awk %D%/house/schema.pl %D%/house/tap.sh

## Folders of data, shipped whole.
EXTRA_DIST += %D%/bench %D%/cases %D%/differ %D%/lines

## What reads the tables of %D%/lines.
check_PROGRAMS += %D%/unit/test_lines

## The relay proof against a naive one.
check_PROGRAMS += %D%/relay/proof
TESTS += %D%/relay/proof

## One program of libcheck per room: %D%/unit/test_ROOM is made of %D%/unit/test_ROOM.c.
unit_tests = \
	%D%/unit/test_addrset \
	%D%/unit/test_arena \
	%D%/unit/test_ast_print \
	%D%/unit/test_compile \
	%D%/unit/test_conf \
	%D%/unit/test_coverage \
	%D%/unit/test_diag \
	%D%/unit/test_dict \
	%D%/unit/test_differ \
	%D%/unit/test_edits \
	%D%/unit/test_expand \
	%D%/unit/test_explain \
	%D%/unit/test_faults \
	%D%/unit/test_levels \
	%D%/unit/test_map \
	%D%/unit/test_oom \
	%D%/unit/test_opts \
	%D%/unit/test_outfile \
	%D%/unit/test_regexp \
	%D%/unit/test_round \
	%D%/unit/test_source \
	%D%/unit/test_str \
	%D%/unit/test_suggest \
	%D%/unit/test_topologies

LDADD = libpmtac.a $(PCRE2_LIBS) $(CHECK_LIBS)
EXTRA_DIST += %D%/unit/unit.h
tests_unit_test_round_SOURCES = %D%/fuzz/round.h %D%/unit/test_round.c
tests_unit_test_topologies_SOURCES = %D%/fuzz/round.h %D%/unit/reader.h %D%/unit/test_topologies.c

if HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
TESTS += %D%/house/libcheck.test
endif
EXTRA_DIST += %D%/house/libcheck.test

## Fuzzers.  Without an engine they replay the cases and examples as part of 'make check'.
fuzz_programs = \
	%D%/fuzz/fuzz_compile \
	%D%/fuzz/fuzz_pipe \
	%D%/fuzz/fuzz_pmta \
	%D%/fuzz/fuzz_topo

## The words that engines put together: all of the tables, whatever they are today.
check_PROGRAMS += %D%/fuzz/words
tests_fuzz_words_LDADD =

EXTRA_DIST += %D%/fuzz/seeds.sh
CLEANFILES += %D%/fuzz/words.dict

%D%/fuzz/words.dict: %D%/fuzz/words$(EXEEXT)
	$(AM_V_GEN)./%D%/fuzz/words$(EXEEXT) >$@.tmp && mv $@.tmp $@

check_PROGRAMS += $(fuzz_programs)
if FUZZERS
fuzz_main =
fuzz_flags = -fsanitize=fuzzer
else
fuzz_main = %D%/fuzz/replay.c
fuzz_flags =
TESTS += $(fuzz_programs)
endif

tests_fuzz_fuzz_compile_SOURCES = %D%/fuzz/fuzz.h %D%/fuzz/fuzz_compile.c $(fuzz_main)
tests_fuzz_fuzz_compile_LDADD = libpmtac.a $(PCRE2_LIBS)
tests_fuzz_fuzz_compile_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_fuzz_pipe_SOURCES = %D%/fuzz/fuzz.h %D%/fuzz/fuzz_pipe.c %D%/fuzz/tree.h $(fuzz_main)
tests_fuzz_fuzz_pipe_LDADD = libpmtac.a $(PCRE2_LIBS)
tests_fuzz_fuzz_pipe_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_fuzz_pmta_SOURCES = %D%/fuzz/fuzz.h %D%/fuzz/fuzz_pmta.c %D%/fuzz/round.h $(fuzz_main)
tests_fuzz_fuzz_pmta_LDADD = libpmtac.a $(PCRE2_LIBS)
tests_fuzz_fuzz_pmta_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_fuzz_topo_SOURCES = %D%/fuzz/fuzz.h %D%/fuzz/fuzz_topo.c %D%/fuzz/tree.h $(fuzz_main)
tests_fuzz_fuzz_topo_LDADD = libpmtac.a $(PCRE2_LIBS)
tests_fuzz_fuzz_topo_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)

FUZZ_SECONDS = 60
FUZZ_CORPUS =

## FUZZ_CORPUS=FOLDER keeps what is found, in a folder for each program.
fuzz: $(fuzz_programs) %D%/fuzz/words.dict
	@corpus='$(FUZZ_CORPUS)'; \
	test -n "$$corpus" || corpus=`mktemp -d` || exit 1; \
	for program in $(fuzz_programs); do \
	  name=`basename $$program`; \
	  mkdir -p "$$corpus/$$name" "$$corpus/seeds" || exit 1; \
	  $(SHELL) '$(srcdir)/%D%/fuzz/seeds.sh' '$(srcdir)' "$$corpus/seeds" || exit 1; \
	  echo "$$name: $(FUZZ_SECONDS) s, corpus in $$corpus/$$name"; \
	  ./$$program -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
	    -print_final_stats=1 -dict=%D%/fuzz/words.dict -artifact_prefix="$$corpus/" \
	    "$$corpus/$$name" "$$corpus/seeds" || exit 1; \
	done

## Expectations of the cases: rewrite them, then look at 'git diff'.  CASES='tls/*' picks.
update-cases: all
	@$(PMTAC_ENVIRONMENT) UPDATE=1 $(SHELL) $(srcdir)/%D%/run-cases.test | sed -n '/^not ok/p;/^# /p'

## The cases once more, each under valgrind.
check-valgrind: all
	@valgrind --version
	CASES_QUICK=1 PMTAC_WRAPPER='valgrind --error-exitcode=9 --leak-check=full -q' \
	  $(MAKE) $(AM_MAKEFLAGS) check TESTS='%D%/run-cases.test'

## Speed and memory on large inputs.
EXTRA_PROGRAMS = %D%/bench/floor %D%/bench/measure
%C%_bench_floor_SOURCES = %D%/bench/floor.c
%C%_bench_measure_SOURCES = %D%/bench/measure.c
CLEANFILES += $(EXTRA_PROGRAMS)

bench: all $(EXTRA_PROGRAMS)
	@$(PMTAC_ENVIRONMENT) $(SHELL) $(srcdir)/%D%/bench/bench.sh $(abs_top_builddir)/pmtac \
	  $(abs_top_builddir)/%D%/bench/floor $(abs_top_builddir)/%D%/bench/measure $(BENCH_SIZES)
