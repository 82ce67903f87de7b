# SPDX-License-Identifier: ISC
# Tests of lib/store: real SQLite files in a temporary directory.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/store/request_test
store_test_cflags = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS) $(SQLITE_CFLAGS)
store_test_libs = lib/store/libstore.a lib/base/libbase.a $(SODIUM_LIBS) $(SQLITE_LIBS) $(CMOCKA_LIBS)
store_test_shared = tests/unit/store/place.c tests/unit/store/place.h

tests_unit_store_request_test_SOURCES = tests/unit/store/request_test.c $(store_test_shared)
tests_unit_store_request_test_CFLAGS = $(store_test_cflags)
tests_unit_store_request_test_LDADD = $(store_test_libs)
endif
