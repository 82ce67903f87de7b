# SPDX-License-Identifier: ISC

# How sessions are held, extended and ended, with the real programs.
check_SCRIPTS += tests/e2e/glass_test.sh tests/e2e/hold_test.sh tests/e2e/open_test.sh tests/e2e/layers_test.sh tests/e2e/keys_test.sh tests/e2e/ends_freeze_test.sh tests/e2e/ends_extend_test.sh tests/e2e/ends_return_test.sh tests/e2e/ends_expiry_test.sh tests/e2e/evasion_test.sh tests/e2e/guard_test.sh tests/e2e/guard_exec_test.sh tests/e2e/guard_psql_test.sh
