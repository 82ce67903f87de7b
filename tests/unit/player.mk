# SPDX-License-Identifier: ISC
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/player/moment_test
tests_unit_player_moment_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_player_moment_test_LDADD = player/libplayer.a lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/player/enforced_test
tests_unit_player_enforced_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_player_enforced_test_LDADD = player/libplayer.a recorder/libcage.a lib/base/libbase.a $(JANSSON_LIBS) $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/player/paths_test
tests_unit_player_paths_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_player_paths_test_LDADD = player/libplayer.a lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/player/report_test
tests_unit_player_report_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_player_report_test_LDADD = $(PLAYER_LIBS) $(CMOCKA_LIBS)
endif
