# SPDX-License-Identifier: ISC
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/term/grid_test
tests_unit_term_grid_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_term_grid_test_LDADD = lib/term/libterm.a lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
endif
