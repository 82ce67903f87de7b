# SPDX-License-Identifier: ISC
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/proof/approval_test tests/unit/proof/note_test tests/unit/proof/range_test tests/unit/proof/receipt_test tests/unit/proof/roster_test tests/unit/proof/sshsig_test tests/unit/proof/tree_test tests/unit/proof/witness_test

proof_test_ldadd = lib/proof/libproof.a lib/base/libbase.a $(CMOCKA_LIBS) $(SODIUM_LIBS)

tests_unit_proof_approval_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_approval_test_LDADD = $(proof_test_ldadd)

tests_unit_proof_witness_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_witness_test_LDADD = $(proof_test_ldadd)
tests_unit_proof_note_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_note_test_LDADD = $(proof_test_ldadd)

tests_unit_proof_range_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_range_test_LDADD = $(proof_test_ldadd)

tests_unit_proof_receipt_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_receipt_test_LDADD = $(proof_test_ldadd)

tests_unit_proof_roster_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_roster_test_LDADD = $(proof_test_ldadd)

tests_unit_proof_sshsig_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_sshsig_test_LDADD = $(proof_test_ldadd)

tests_unit_proof_tree_test_CFLAGS = $(CMOCKA_TEST_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_proof_tree_test_LDADD = $(proof_test_ldadd)
endif
