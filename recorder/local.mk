# SPDX-License-Identifier: ISC

# The policy: files, checks, questions. Its users link $(POLICY_LIBS).
noinst_LIBRARIES += recorder/libpolicy.a
recorder_libpolicy_a_CFLAGS = $(AM_CFLAGS) $(CYAML_CFLAGS) $(YAML_CFLAGS) $(SODIUM_CFLAGS) $(EVENT_CFLAGS)
recorder_libpolicy_a_SOURCES = \
	recorder/policy.c recorder/policy.h \
	recorder/policy_check.c recorder/policy_check.h \
	recorder/policy_check_role.c recorder/policy_check_role.h \
	recorder/policy_lines.c recorder/policy_lines.h \
	recorder/policy_load.c \
	recorder/policy_print.c \
	recorder/policy_sample.c \
	recorder/policy_schema.c recorder/policy_schema.h \
	recorder/when.c recorder/when.h
POLICY_LIBS = recorder/libpolicy.a lib/base/libbase.a $(CYAML_LIBS) $(YAML_LIBS) $(SODIUM_LIBS)
# end of the policy
