# SPDX-License-Identifier: ISC
# The console on a pty, against a gate that says what it is told to, with a clock that stands still.
noinst_PROGRAMS += tests/term/fake_gate tests/term/still_console tests/term/ssh
tests_term_ssh_SOURCES = tests/term/fake_ssh.c
tests_term_ssh_LDADD = lib/base/libbase.a $(SODIUM_LIBS)
tests_term_fake_gate_LDADD = lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS)
tests_term_still_console_SOURCES = console/main.c tests/term/still_clock.c
tests_term_still_console_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_wall_us
tests_term_still_console_LDADD = $(CONSOLE_LIBS)

if HAVE_CMOCKA
CONSOLE_TEST_CFLAGS = $(CMOCKA_TEST_CFLAGS) -DPOSTERN_SRCDIR='"$(abs_top_srcdir)"' -DPOSTERN_BUILDDIR='"$(abs_top_builddir)"'
check_PROGRAMS += tests/term/console_test tests/term/console_session_test tests/term/console_keys_test
tests_term_console_session_test_SOURCES = tests/term/console_session_test.c tests/term/console_stage.c tests/term/console_stage.h \
	tests/term/golden.c tests/term/golden.h $(TERM_HARNESS)
tests_term_console_session_test_CFLAGS = $(CONSOLE_TEST_CFLAGS)
tests_term_console_session_test_LDADD = $(TERM_HARNESS_LIBS) $(CMOCKA_LIBS)
tests_term_console_test_SOURCES = tests/term/console_test.c tests/term/console_stage.c tests/term/console_stage.h \
	tests/term/golden.c tests/term/golden.h $(TERM_HARNESS)
tests_term_console_test_CFLAGS = $(CONSOLE_TEST_CFLAGS)
tests_term_console_test_LDADD = $(TERM_HARNESS_LIBS) $(CMOCKA_LIBS)
tests_term_console_keys_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_term_console_keys_test_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)

GOLDEN_TESTS = tests/term/console_test tests/term/console_session_test
endif

# Golden screens are rewritten by this target alone; what changed is then a diff to be read.
.PHONY: golden
golden: $(GOLDEN_TESTS) $(noinst_PROGRAMS)
	for test in $(GOLDEN_TESTS); do GOLDEN=write ./$$test || exit 1; done

EXTRA_DIST += \
	tests/golden/console-ascii-80x24.screen \
	tests/golden/console-deny-80x24.screen \
	tests/golden/console-empty-80x24.screen \
	tests/golden/console-forty-80x24.screen \
	tests/golden/console-frozen-80x24.screen \
	tests/golden/console-forty-end-80x24.screen \
	tests/golden/console-forty-filter-80x24.screen \
	tests/golden/console-gone-80x24.screen \
	tests/golden/console-grant-80x24.screen \
	tests/golden/console-help-80x24.screen \
	tests/golden/console-hostile-80x24.screen \
	tests/golden/console-hostile-details-80x24.screen \
	tests/golden/console-less-comment-80x24.screen \
	tests/golden/console-less-time-80x24.screen \
	tests/golden/console-lists-100x30.screen \
	tests/golden/console-lists-200x60.screen \
	tests/golden/console-lists-64x18.screen \
	tests/golden/console-lists-80x24.screen \
	tests/golden/console-looking-80x24.screen \
	tests/golden/console-lost-80x24.screen \
	tests/golden/console-merged-100x30.screen \
	tests/golden/console-request-80x24.screen \
	tests/golden/console-resize-120x40.screen \
	tests/golden/console-resize-80x24.screen \
	tests/golden/console-revoke-80x24.screen \
	tests/golden/console-revoked-80x24.screen \
	tests/golden/console-second-80x24.screen \
	tests/golden/console-session-80x24.screen \
	tests/golden/console-session-ended-80x24.screen \
	tests/golden/console-small-50x12.screen \
	tests/golden/console-two-gates-100x30.screen
