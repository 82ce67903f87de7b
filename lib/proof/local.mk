# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/proof/libproof.a
lib_proof_libproof_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
lib_proof_libproof_a_SOURCES = \
	lib/proof/agent.c lib/proof/agent.h \
	lib/proof/approval.c lib/proof/approval.h \
	lib/proof/checkpoint.c lib/proof/checkpoint.h \
	lib/proof/note.c lib/proof/note.h \
	lib/proof/notefile.c lib/proof/notefile.h \
	lib/proof/receipt.c lib/proof/receipt.h \
	lib/proof/pin.c lib/proof/pin.h \
	lib/proof/range.c lib/proof/range.h \
	lib/proof/roster.c lib/proof/roster.h \
	lib/proof/signing.c lib/proof/signing.h \
	lib/proof/sshkey.c \
	lib/proof/sshsig.c lib/proof/sshsig.h \
	lib/proof/sshwire.c lib/proof/sshwire.h \
	lib/proof/tree.c lib/proof/tree.h \
	lib/proof/witness.c lib/proof/witness.h
