# SPDX-License-Identifier: ISC

# The policy.
if HAVE_CMOCKA
POLICY_TESTS = tests/unit/recorder/when_test tests/unit/recorder/policy_load_test
check_PROGRAMS += $(POLICY_TESTS)
tests_unit_recorder_when_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_when_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_policy_load_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_policy_load_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
endif
# end of the policy
