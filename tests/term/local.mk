# SPDX-License-Identifier: ISC
# Programs on a pty: the harness for C tests, the driver for shell scripts.
noinst_PROGRAMS += tests/term/drive
TERM_HARNESS = tests/term/harness.c tests/term/harness.h
TERM_HARNESS_LIBS = lib/term/libterm.a lib/base/libbase.a $(VTERM_LIBS) $(SODIUM_LIBS)
tests_term_drive_SOURCES = tests/term/drive.c $(TERM_HARNESS)
tests_term_drive_LDADD = $(TERM_HARNESS_LIBS)
check_SCRIPTS += tests/term/drive_test.sh
if HAVE_CMOCKA
check_PROGRAMS += tests/term/harness_test
tests_term_harness_test_SOURCES = tests/term/harness_test.c $(TERM_HARNESS)
tests_term_harness_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_term_harness_test_LDADD = $(TERM_HARNESS_LIBS) $(CMOCKA_LIBS)
noinst_PROGRAMS += tests/term/rawtty_probe
tests_term_rawtty_probe_LDADD = lib/term/libterm.a lib/base/libbase.a $(SODIUM_LIBS)
endif
