## The passes.  Everything but main.c is in libpmtac.a, so that tests and fuzzers link the same objects.

bin_PROGRAMS += pmtac
pmtac_SOURCES = %D%/main.c
pmtac_LDADD = libpmtac.a $(PCRE2_LIBS)

noinst_LIBRARIES += libpmtac.a
libpmtac_a_SOURCES += \
	%D%/arena.c \
	%D%/arena.h \
	%D%/ast-print.c \
	%D%/ast.c \
	%D%/ast.h \
	%D%/bind-attr.c \
	%D%/bind-declare.c \
	%D%/bind-internal.h \
	%D%/bind-line.c \
	%D%/bind-outbound.c \
	%D%/bind-pattern.c \
	%D%/bind-section.c \
	%D%/bind-value.c \
	%D%/bind.c \
	%D%/bind.h \
	%D%/buf.c \
	%D%/buf.h \
	%D%/compile.c \
	%D%/compile.h \
	%D%/conf.c \
	%D%/conf.h \
	%D%/diag-json.c \
	%D%/diag-text.c \
	%D%/diag.c \
	%D%/diag.h \
	%D%/dict-mail.c \
	%D%/dict-net.c \
	%D%/dict-value.c \
	%D%/dict-word.c \
	%D%/dict-word.h \
	%D%/dict.c \
	%D%/dict.h \
	%D%/effective.c \
	%D%/effective.h \
	%D%/emit.c \
	%D%/emit.h \
	%D%/expand.c \
	%D%/expand.h \
	%D%/inbound.c \
	%D%/inbound.h \
	%D%/io.c \
	%D%/io.h \
	%D%/legacy-print.c \
	%D%/legacy.c \
	%D%/legacy.h \
	%D%/load.c \
	%D%/load.h \
	%D%/lower.c \
	%D%/lower.h \
	%D%/map.c \
	%D%/map.h \
	%D%/model.c \
	%D%/model.h \
	%D%/opts.c \
	%D%/opts.h \
	%D%/outfile.c \
	%D%/outfile.h \
	%D%/plan-inbound.c \
	%D%/plan-internal.h \
	%D%/plan-outbound.c \
	%D%/plan.c \
	%D%/plan.h \
	%D%/regexp-piece.c \
	%D%/regexp.c \
	%D%/regexp.h \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/source.c \
	%D%/source.h \
	%D%/str.c \
	%D%/str.h \
	%D%/suggest.c \
	%D%/suggest.h \
	%D%/suppress.c \
	%D%/suppress.h \
	%D%/value-addr.c \
	%D%/value-fault.h \
	%D%/value-host.c \
	%D%/value-kind.c \
	%D%/value-number.c \
	%D%/value-puny.c \
	%D%/value.c \
	%D%/value.h \
	%D%/verify-access.c \
	%D%/verify-address.c \
	%D%/verify-backoff.c \
	%D%/verify-dkim.c \
	%D%/verify-dkim.h \
	%D%/verify-domain.c \
	%D%/verify-gap.c \
	%D%/verify-host.c \
	%D%/verify-listener.c \
	%D%/verify-name.c \
	%D%/verify-pattern.c \
	%D%/verify-pattern.h \
	%D%/verify-relay.c \
	%D%/verify-rule.c \
	%D%/verify-secret.c \
	%D%/verify-shadow.c \
	%D%/verify-sign.c \
	%D%/verify-target.c \
	%D%/verify-tls.c \
	%D%/verify-vars.c \
	%D%/verify-vars.h \
	%D%/verify-via.c \
	%D%/verify-weak.c \
	%D%/verify.c \
	%D%/verify.h

EXTRA_DIST += %D%/ROOMS
