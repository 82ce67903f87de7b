# SPDX-License-Identifier: ISC
if HAVE_CMOCKA
TERM_TEST_CFLAGS = $(CMOCKA_TEST_CFLAGS) -DPOSTERN_SRCDIR='"$(abs_top_srcdir)"'
TERM_TEST_LDADD = lib/term/libterm.a lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
TERM_TEST_SUPPORT = tests/unit/term/support.c tests/unit/term/support.h
check_PROGRAMS += tests/unit/term/grid_test tests/unit/term/guard_test tests/unit/term/paint_test \
	tests/unit/term/screen_test
tests_unit_term_grid_test_SOURCES = tests/unit/term/grid_test.c $(TERM_TEST_SUPPORT)
tests_unit_term_grid_test_CFLAGS = $(TERM_TEST_CFLAGS)
tests_unit_term_grid_test_LDADD = $(TERM_TEST_LDADD)
tests_unit_term_guard_test_SOURCES = tests/unit/term/guard_test.c $(TERM_TEST_SUPPORT)
tests_unit_term_guard_test_CFLAGS = $(TERM_TEST_CFLAGS)
tests_unit_term_guard_test_LDADD = $(TERM_TEST_LDADD) $(VTERM_LIBS)
tests_unit_term_paint_test_SOURCES = tests/unit/term/paint_test.c $(TERM_TEST_SUPPORT)
tests_unit_term_paint_test_CFLAGS = $(TERM_TEST_CFLAGS)
tests_unit_term_paint_test_LDADD = $(TERM_TEST_LDADD)
tests_unit_term_screen_test_SOURCES = tests/unit/term/screen_test.c $(TERM_TEST_SUPPORT)
tests_unit_term_screen_test_CFLAGS = $(TERM_TEST_CFLAGS)
tests_unit_term_screen_test_LDADD = $(TERM_TEST_LDADD) $(VTERM_LIBS)
endif
EXTRA_DIST += tests/golden/dialog.capture tests/golden/less.capture tests/golden/shell.capture \
	tests/golden/tmux.capture tests/golden/top.capture tests/golden/vim.capture
