# SPDX-License-Identifier: ISC

# The policy.
if HAVE_CMOCKA
POLICY_TESTS = tests/unit/recorder/when_test \
	tests/unit/recorder/policy_load_test tests/unit/recorder/policy_keys_test tests/unit/recorder/policy_signed_test \
	tests/unit/recorder/policy_test tests/unit/recorder/policy_mask_test \
	tests/unit/recorder/roletable_test \
	tests/unit/recorder/groups_test tests/unit/recorder/cmd_policy_test \
	tests/unit/recorder/doctor_test tests/unit/recorder/doctor_policy_test tests/unit/recorder/doctor_state_test
check_PROGRAMS += $(POLICY_TESTS)
tests_unit_recorder_when_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_when_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_policy_load_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_policy_load_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_policy_keys_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_policy_keys_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_policy_signed_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_policy_signed_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_policy_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_policy_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_policy_mask_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_policy_mask_test_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_roletable_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_roletable_test_SOURCES = tests/unit/recorder/roletable_test.c recorder/keeper/roletable_make.c
tests_unit_recorder_roletable_test_LDADD = recorder/libroletable.a $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_groups_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(EVENT_CFLAGS)
tests_unit_recorder_groups_test_LDADD = recorder/libgroups.a lib/base/libbase.a $(EVENT_LIBS) $(SODIUM_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_cmd_policy_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_recorder_cmd_policy_test_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_doctor_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_doctor_test_LDADD = $(DOCTOR_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_doctor_policy_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_doctor_policy_test_LDADD = $(DOCTOR_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_doctor_state_test_SOURCES = tests/unit/recorder/doctor_state_test.c $(store_test_shared)
tests_unit_recorder_doctor_state_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_recorder_doctor_state_test_LDADD = $(DOCTOR_LIBS) $(CMOCKA_LIBS)
endif
# end of the policy

# The cage.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/recorder/init_env_test
tests_unit_recorder_init_env_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_init_env_test_SOURCES = tests/unit/recorder/init_env_test.c recorder/cage/init_env.c
tests_unit_recorder_init_env_test_LDADD = $(CAGE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/elf_test
tests_unit_recorder_elf_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_elf_test_LDADD = $(CAGE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/manifest_test
tests_unit_recorder_manifest_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_manifest_test_SOURCES = tests/unit/recorder/manifest_test.c recorder/keep/manifest.c
tests_unit_recorder_manifest_test_LDADD = lib/proof/libproof.a lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/exact_test tests/unit/recorder/btf_test
tests_unit_recorder_exact_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_exact_test_SOURCES = tests/unit/recorder/exact_test.c recorder/trail/exact_claim.c recorder/trail/exact_match.c
tests_unit_recorder_exact_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_btf_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_btf_test_SOURCES = tests/unit/recorder/btf_test.c recorder/trail/btf.c
tests_unit_recorder_btf_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
endif
# end of the cage

# The session.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/recorder/sandbox_test tests/unit/recorder/worker_test
tests_unit_recorder_sandbox_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_sandbox_test_SOURCES = tests/unit/recorder/sandbox_test.c recorder/worker/sandbox.c recorder/cage/landlock.c
tests_unit_recorder_sandbox_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_worker_test_SOURCES = tests/unit/recorder/worker_test.c tests/unit/recorder/stage.c tests/unit/recorder/stage.h
tests_unit_recorder_worker_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_worker_test_LDADD = lib/record/librecord.a lib/term/libterm.a lib/wire/libwire.a lib/base/libbase.a \
	$(SODIUM_LIBS) $(ZSTD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/sftp_test
tests_unit_recorder_sftp_test_SOURCES = tests/unit/recorder/sftp_test.c recorder/worker/sftp.c recorder/worker/sftp_packet.c
tests_unit_recorder_sftp_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_recorder_sftp_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/worker_mask_test
tests_unit_recorder_worker_mask_test_SOURCES = tests/unit/recorder/worker_mask_test.c tests/unit/recorder/stage.c tests/unit/recorder/stage.h \
	tests/unit/recorder/mask_kit.c tests/unit/recorder/mask_kit.h
tests_unit_recorder_worker_mask_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_worker_mask_test_LDADD = $(MASK_LIBS) $(tests_unit_recorder_worker_test_LDADD)
check_PROGRAMS += tests/unit/recorder/worker_ends_test
tests_unit_recorder_worker_ends_test_SOURCES = tests/unit/recorder/worker_ends_test.c tests/unit/recorder/stage.c tests/unit/recorder/stage.h
tests_unit_recorder_worker_ends_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_worker_ends_test_LDADD = $(tests_unit_recorder_worker_test_LDADD)
check_PROGRAMS += tests/unit/recorder/worker_menu_test
tests_unit_recorder_worker_menu_test_SOURCES = tests/unit/recorder/worker_menu_test.c tests/unit/recorder/stage.c tests/unit/recorder/stage.h
tests_unit_recorder_worker_menu_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_worker_menu_test_LDADD = $(tests_unit_recorder_worker_test_LDADD)
endif
# end of the session

# The front wall of the client.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/recorder/guard_test
tests_unit_recorder_guard_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_guard_test_SOURCES = tests/unit/recorder/guard_test.c recorder/client/guard.c
tests_unit_recorder_guard_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
endif
# end of the front wall

# Masking rules.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/recorder/mask_rules_test tests/unit/recorder/mask_check_test
tests_unit_recorder_mask_rules_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_rules_test_LDADD = recorder/libmaskshipped.a $(MASKLOAD_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_check_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_check_test_LDADD = $(MASKRULE_LIBS) $(CMOCKA_LIBS)
endif
# end of the masking rules

# The mask.
if HAVE_CMOCKA
MASK_TESTS = tests/unit/recorder/mask_gate_test tests/unit/recorder/mask_match_test tests/unit/recorder/mask_style_test \
	tests/unit/recorder/mask_stream_test tests/unit/recorder/mask_screen_test tests/unit/recorder/mask_text_test \
	tests/unit/recorder/mask_input_test tests/unit/recorder/mask_veil_test tests/unit/recorder/mask_entered_test tests/unit/recorder/guard_rule_test
check_PROGRAMS += $(MASK_TESTS)
MASK_KIT = tests/unit/recorder/mask_kit.c tests/unit/recorder/mask_kit.h
tests_unit_recorder_mask_gate_test_SOURCES = tests/unit/recorder/mask_gate_test.c $(MASK_KIT)
tests_unit_recorder_mask_gate_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_gate_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/mask_need_test
tests_unit_recorder_mask_need_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(PCRE2_CFLAGS)
tests_unit_recorder_mask_need_test_LDADD = recorder/libmask.a $(MASKLOAD_LIBS) lib/base/libbase.a $(CMOCKA_LIBS)
tests_unit_recorder_mask_match_test_SOURCES = tests/unit/recorder/mask_match_test.c $(MASK_KIT)
tests_unit_recorder_mask_match_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_match_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_style_test_SOURCES = tests/unit/recorder/mask_style_test.c $(MASK_KIT)
tests_unit_recorder_mask_style_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_style_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/mask_column_test
EXTRA_DIST += tests/golden/tables.capture tests/golden/tables.masked
tests_unit_recorder_mask_column_test_SOURCES = tests/unit/recorder/mask_column_test.c
tests_unit_recorder_mask_column_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) -DPOSTERN_SRCDIR='"$(abs_top_srcdir)"'
tests_unit_recorder_mask_column_test_LDADD = recorder/libmask.a $(MASKLOAD_LIBS) lib/term/libterm.a lib/base/libbase.a $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/mask_output_test
tests_unit_recorder_mask_output_test_SOURCES = tests/unit/recorder/mask_output_test.c
tests_unit_recorder_mask_output_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_output_test_LDADD = recorder/libmask.a $(MASKLOAD_LIBS) lib/term/libterm.a lib/base/libbase.a $(CMOCKA_LIBS)
tests_unit_recorder_mask_stream_test_SOURCES = tests/unit/recorder/mask_stream_test.c $(MASK_KIT)
tests_unit_recorder_mask_stream_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_stream_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_screen_test_SOURCES = tests/unit/recorder/mask_screen_test.c $(MASK_KIT)
tests_unit_recorder_mask_screen_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_screen_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_veil_test_SOURCES = tests/unit/recorder/mask_veil_test.c $(MASK_KIT)
tests_unit_recorder_mask_veil_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_veil_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_text_test_SOURCES = tests/unit/recorder/mask_text_test.c $(MASK_KIT)
tests_unit_recorder_mask_text_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_text_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/gate_mask_test
tests_unit_recorder_gate_mask_test_SOURCES = tests/unit/recorder/gate_mask_test.c recorder/gate/gate_mask.c
tests_unit_recorder_gate_mask_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_recorder_gate_mask_test_LDADD = $(MASK_LIBS) $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_guard_rule_test_SOURCES = tests/unit/recorder/guard_rule_test.c
tests_unit_recorder_guard_rule_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_guard_rule_test_LDADD = $(MASKRULE_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_entered_test_SOURCES = tests/unit/recorder/mask_entered_test.c
tests_unit_recorder_mask_entered_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_entered_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
tests_unit_recorder_mask_input_test_SOURCES = tests/unit/recorder/mask_input_test.c $(MASK_KIT)
tests_unit_recorder_mask_input_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_mask_input_test_LDADD = $(MASK_LIBS) $(CMOCKA_LIBS)
endif
# end of the mask

# The log's signatures.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/recorder/signer_test
tests_unit_recorder_signer_test_SOURCES = tests/unit/recorder/signer_test.c recorder/gate/signer.c $(store_test_shared)
tests_unit_recorder_signer_test_CFLAGS = $(store_test_cflags)
tests_unit_recorder_signer_test_LDADD = $(store_test_libs)
check_PROGRAMS += tests/unit/recorder/change_words_test
tests_unit_recorder_change_words_test_SOURCES = tests/unit/recorder/change_words_test.c recorder/gate/change_words.c
tests_unit_recorder_change_words_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_unit_recorder_change_words_test_LDADD = lib/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/recorder/power_test
tests_unit_recorder_power_test_SOURCES = tests/unit/recorder/power_test.c tests/unit/store/disk.c tests/unit/store/disk.h \
	recorder/gate/signer.c $(store_test_shared)
tests_unit_recorder_power_test_CFLAGS = $(store_test_cflags)
tests_unit_recorder_power_test_LDADD = $(store_test_libs)
endif
# end of the log's signatures
