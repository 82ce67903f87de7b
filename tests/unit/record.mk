# SPDX-License-Identifier: ISC
EXTRA_DIST += tests/unit/record/studio.c tests/unit/record/studio.h

# For developers: `make tests/unit/record/measure && tests/unit/record/measure FILE...` prints speed and memory of the writer.
EXTRA_PROGRAMS += tests/unit/record/measure
tests_unit_record_measure_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_measure_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/record/age_test tests/unit/record/event_test tests/unit/record/format_test tests/unit/record/join_test \
	tests/unit/record/layers_test \
	tests/unit/record/reader_test tests/unit/record/trail_test tests/unit/record/undecided_test tests/unit/record/writer_test

record_test_studio = tests/unit/record/studio.c tests/unit/record/studio.h
record_test_ldadd = lib/record/librecord.a lib/base/libbase.a $(CMOCKA_LIBS) $(SODIUM_LIBS) $(ZSTD_LIBS)

tests_unit_record_writer_test_SOURCES = tests/unit/record/writer_test.c $(record_test_studio)
tests_unit_record_writer_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_writer_test_LDADD = $(record_test_ldadd)

tests_unit_record_age_test_SOURCES = tests/unit/record/age_test.c $(record_test_studio)
tests_unit_record_age_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_age_test_LDADD = $(record_test_ldadd)

tests_unit_record_join_test_SOURCES = tests/unit/record/join_test.c $(record_test_studio)
tests_unit_record_join_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_join_test_LDADD = $(record_test_ldadd)

tests_unit_record_layers_test_SOURCES = tests/unit/record/layers_test.c $(record_test_studio)
tests_unit_record_layers_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_layers_test_LDADD = $(record_test_ldadd)

tests_unit_record_reader_test_SOURCES = tests/unit/record/reader_test.c $(record_test_studio)
tests_unit_record_reader_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_reader_test_LDADD = $(record_test_ldadd)

tests_unit_record_undecided_test_SOURCES = tests/unit/record/undecided_test.c $(record_test_studio)
tests_unit_record_undecided_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_record_undecided_test_LDADD = $(record_test_ldadd)

tests_unit_record_trail_test_SOURCES = tests/unit/record/trail_test.c
tests_unit_record_trail_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_record_trail_test_LDADD = $(record_test_ldadd)

tests_unit_record_event_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_record_event_test_LDADD = $(record_test_ldadd)

tests_unit_record_format_test_SOURCES = tests/unit/record/format_test.c $(record_test_studio)
tests_unit_record_format_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS) $(ZSTD_CFLAGS)
tests_unit_record_format_test_LDADD = $(record_test_ldadd)
endif
