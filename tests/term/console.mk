# SPDX-License-Identifier: ISC
# The console against a gate that says what it is told to.
noinst_PROGRAMS += tests/term/fake_gate
tests_term_fake_gate_LDADD = lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS)
