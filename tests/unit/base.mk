# SPDX-License-Identifier: ISC

# Names of keys; UTF-8.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/base/keyname_test
tests_unit_base_keyname_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_base_keyname_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/base/text_test
tests_unit_base_text_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_base_text_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/base/fdio_test
tests_unit_base_fdio_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_base_fdio_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
endif
