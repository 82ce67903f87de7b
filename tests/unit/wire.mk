# SPDX-License-Identifier: ISC
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/wire/codec_test tests/unit/wire/conn_test tests/unit/wire/json_test
tests_unit_wire_codec_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_wire_codec_test_LDADD = lib/wire/libwire.a lib/base/libbase.a $(CMOCKA_LIBS) $(SODIUM_LIBS)
tests_unit_wire_conn_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_wire_conn_test_LDADD = lib/wire/libwire.a lib/base/libbase.a $(CMOCKA_LIBS) $(SODIUM_LIBS)
tests_unit_wire_json_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_wire_json_test_LDADD = lib/wire/libwire.a lib/base/libbase.a $(CMOCKA_LIBS) $(SODIUM_LIBS) $(JANSSON_LIBS)
endif
