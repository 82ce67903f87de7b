# SPDX-License-Identifier: ISC
# The player: recordings made to order, exported and replayed by the real program.
noinst_PROGRAMS += tests/e2e/player_maker
tests_e2e_player_maker_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)
check_SCRIPTS += tests/e2e/player_export_test.sh tests/e2e/player_gate_test.sh tests/e2e/search_test.sh tests/e2e/many_test.sh tests/e2e/both_test.sh tests/e2e/log_all_test.sh tests/e2e/against_test.sh tests/term/player_real_test.sh tests/term/player_test.sh
