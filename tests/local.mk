# SPDX-License-Identifier: ISC
# Tests. Each folder of tests/ adds its part in its own local.mk; tests/run.sh runs them all and counts.
include tests/unit/base.mk
include tests/unit/wire.mk
include tests/unit/term.mk
include tests/unit/proof.mk
include tests/unit/record.mk
include tests/unit/store.mk
include tests/unit/player.mk
include tests/unit/recorder.mk
include tests/term/local.mk
include tests/term/console.mk
include tests/e2e/ends.mk
include tests/e2e/player.mk
include tests/mask/local.mk
include tests/e2e/local.mk
include tests/fuzz/local.mk
include tests/lint/local.mk
include tests/bench/local.mk

CMOCKA_TEST_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -Wno-missing-prototypes
# Scripts are run where they are, also from a build directory elsewhere: nothing to build, but to be shipped.
EXTRA_DIST += tests/run.sh $(check_SCRIPTS)

clean-local:
	rm -rf tests/log
