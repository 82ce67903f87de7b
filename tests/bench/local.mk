# SPDX-License-Identifier: ISC
# make bench: our recorder beside script and sudo. Not part of check: figures are for people, on a quiet machine.
EXTRA_PROGRAMS += tests/bench/bench tests/bench/child
tests_bench_bench_SOURCES = tests/bench/bench.c tests/bench/bench.h tests/bench/clean.c tests/bench/crowd.c tests/bench/gate.c \
	tests/bench/load.c tests/bench/mask.c $(FORGE) tests/bench/peers.c tests/bench/report.c tests/bench/session.c tests/bench/tasks.c
FORGE = tests/mask/forge.c tests/mask/forge.h tests/mask/script.c tests/mask/script.h
tests_bench_bench_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
tests_bench_bench_LDADD = recorder/libmask.a lib/term/libterm.a $(MASKLOAD_LIBS) lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)
tests_bench_child_LDADD = lib/base/libbase.a $(SODIUM_LIBS)
EXTRA_PROGRAMS += tests/bench/log
tests_bench_log_SOURCES = tests/bench/log.c recorder/gate/signer.c
tests_bench_log_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) $(SQLITE_CFLAGS)
tests_bench_log_LDADD = lib/store/libstore.a lib/proof/libproof.a lib/base/libbase.a $(SQLITE_LIBS) $(SODIUM_LIBS)
EXTRA_PROGRAMS += tests/bench/endings
tests_bench_endings_SOURCES = tests/bench/endings.c tests/e2e/cage.c tests/e2e/cage_cases.c tests/e2e/cage_probe.c tests/e2e/cage_spawn.c \
	tests/e2e/cage_try.c tests/e2e/cage_reach.c tests/e2e/cage_plant.c
tests_bench_endings_CPPFLAGS = $(AM_CPPFLAGS) -DCAGE_SOURCE='"$(abs_top_srcdir)"'
tests_bench_endings_LDADD = lib/record/librecord.a lib/wire/libwire.a recorder/libcage.a lib/base/libbase.a $(SODIUM_LIBS)
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += tests/bench/README.md tests/bench/trail.sh

# BENCH='--quick' or other options of the program.
.PHONY: bench
bench: all tests/bench/bench tests/bench/child
	tests/bench/bench --captures $(srcdir)/tests/golden $(BENCH)

# The log alone: events a second, the check of a million, a proof.
.PHONY: bench-log
bench-log: all tests/bench/log
	dir=$$(mktemp -d ./bench-log.XXXXXX) && { tests/bench/log "$$dir"; status=$$?; rm -rf "$$dir"; exit $$status; }

# The end of a session: 1, 100 and 1000 processes, and 150 that flee.
.PHONY: bench-endings
bench-endings: all tests/bench/endings
	tests/bench/endings

# A trail on an autoconf configure and a make: by itself, without, writes, reads, exact. ROUNDS=N (5).
.PHONY: bench-trail
bench-trail: all tests/e2e/days_peer tests/term/drive
	TOP_SRCDIR=$(abs_top_srcdir) TOP_BUILDDIR=$(abs_top_builddir) sh $(srcdir)/tests/bench/trail.sh $(ROUNDS)
