# SPDX-License-Identifier: ISC
# Tests of lib/store: real SQLite files in a temporary directory.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/store/store_test \
	tests/unit/store/slots_test \
	tests/unit/store/wrap_test \
	tests/unit/store/quorum_test \
	tests/unit/store/request_test \
	tests/unit/store/glass_test \
	tests/unit/store/hold_test \
	tests/unit/store/grant_test \
	tests/unit/store/session_test \
	tests/unit/store/recording_test \
	tests/unit/store/event_test \
	tests/unit/store/head_test \
	tests/unit/store/retention_test \
	tests/unit/store/damage_test \
	tests/unit/store/spoilt_test \
	tests/unit/store/crash_test
# Links jansson, and the frames that the gate's outputs put around events.
check_PROGRAMS += tests/unit/store/event_json_test
tests_unit_store_event_json_test_SOURCES = tests/unit/store/event_json_test.c recorder/out/frame.c recorder/out/frame.h
tests_unit_store_event_json_test_CFLAGS = $(store_test_cflags) $(JANSSON_CFLAGS)
tests_unit_store_event_json_test_LDADD = $(store_test_libs) $(JANSSON_LIBS)

store_test_cflags = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS) $(SQLITE_CFLAGS)
store_test_libs = lib/store/libstore.a lib/proof/libproof.a lib/base/libbase.a $(SODIUM_LIBS) $(SQLITE_LIBS) $(CMOCKA_LIBS)
store_test_shared = tests/unit/store/place.c tests/unit/store/place.h

tests_unit_store_store_test_SOURCES = tests/unit/store/store_test.c $(store_test_shared)
tests_unit_store_store_test_CFLAGS = $(store_test_cflags)
tests_unit_store_store_test_LDADD = $(store_test_libs)

tests_unit_store_slots_test_SOURCES = tests/unit/store/slots_test.c $(store_test_shared)
tests_unit_store_slots_test_CFLAGS = $(store_test_cflags)
tests_unit_store_slots_test_LDADD = $(store_test_libs)

tests_unit_store_wrap_test_SOURCES = tests/unit/store/wrap_test.c $(store_test_shared)
tests_unit_store_wrap_test_CFLAGS = $(store_test_cflags)
tests_unit_store_wrap_test_LDADD = $(store_test_libs)

tests_unit_store_quorum_test_SOURCES = tests/unit/store/quorum_test.c $(store_test_shared)
tests_unit_store_quorum_test_CFLAGS = $(store_test_cflags)
tests_unit_store_quorum_test_LDADD = $(store_test_libs)

tests_unit_store_request_test_SOURCES = tests/unit/store/request_test.c $(store_test_shared)
tests_unit_store_request_test_CFLAGS = $(store_test_cflags)
tests_unit_store_request_test_LDADD = $(store_test_libs)

tests_unit_store_hold_test_SOURCES = tests/unit/store/hold_test.c $(store_test_shared)
tests_unit_store_hold_test_CFLAGS = $(store_test_cflags)
tests_unit_store_hold_test_LDADD = $(store_test_libs)
tests_unit_store_glass_test_SOURCES = tests/unit/store/glass_test.c $(store_test_shared)
tests_unit_store_glass_test_CFLAGS = $(store_test_cflags)
tests_unit_store_glass_test_LDADD = $(store_test_libs)

tests_unit_store_grant_test_SOURCES = tests/unit/store/grant_test.c $(store_test_shared)
tests_unit_store_grant_test_CFLAGS = $(store_test_cflags)
tests_unit_store_grant_test_LDADD = $(store_test_libs)

tests_unit_store_session_test_SOURCES = tests/unit/store/session_test.c $(store_test_shared)
tests_unit_store_session_test_CFLAGS = $(store_test_cflags)
tests_unit_store_session_test_LDADD = $(store_test_libs)

tests_unit_store_recording_test_SOURCES = tests/unit/store/recording_test.c $(store_test_shared)
tests_unit_store_recording_test_CFLAGS = $(store_test_cflags)
tests_unit_store_recording_test_LDADD = $(store_test_libs)

tests_unit_store_head_test_SOURCES = tests/unit/store/head_test.c $(store_test_shared)
tests_unit_store_head_test_CFLAGS = $(store_test_cflags)
tests_unit_store_head_test_LDADD = $(store_test_libs)

tests_unit_store_event_test_SOURCES = tests/unit/store/event_test.c $(store_test_shared)
tests_unit_store_event_test_CFLAGS = $(store_test_cflags)
tests_unit_store_event_test_LDADD = $(store_test_libs)

tests_unit_store_retention_test_SOURCES = tests/unit/store/retention_test.c $(store_test_shared)
tests_unit_store_retention_test_CFLAGS = $(store_test_cflags)
tests_unit_store_retention_test_LDADD = $(store_test_libs)

tests_unit_store_damage_test_SOURCES = tests/unit/store/damage_test.c $(store_test_shared)
tests_unit_store_damage_test_CFLAGS = $(store_test_cflags)
tests_unit_store_damage_test_LDADD = $(store_test_libs)

tests_unit_store_spoilt_test_SOURCES = tests/unit/store/spoilt_test.c $(store_test_shared)
tests_unit_store_spoilt_test_CFLAGS = $(store_test_cflags)
tests_unit_store_spoilt_test_LDADD = $(store_test_libs)

tests_unit_store_crash_test_SOURCES = tests/unit/store/crash_test.c $(store_test_shared)
tests_unit_store_crash_test_CFLAGS = $(store_test_cflags)
tests_unit_store_crash_test_LDADD = $(store_test_libs)
endif
