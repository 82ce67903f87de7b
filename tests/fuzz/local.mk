# SPDX-License-Identifier: ISC
# Each NAME_fuzz.c with replay.c and its corpus is a test; tests/fuzz/hunt.sh NAME searches for new inputs (fuzz.h).
check_PROGRAMS += tests/fuzz/recording_fuzz tests/fuzz/envelope_fuzz tests/fuzz/terminal_fuzz
EXTRA_DIST += tests/fuzz/hunt.sh tests/fuzz/corpus

FUZZ_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
FUZZ_CORPUS = $(abs_top_srcdir)/tests/fuzz/corpus

tests_fuzz_recording_fuzz_SOURCES = tests/fuzz/recording_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_recording_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_recording_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/recording"'
tests_fuzz_recording_fuzz_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)

tests_fuzz_envelope_fuzz_SOURCES = tests/fuzz/envelope_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_envelope_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_envelope_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/envelope"'
tests_fuzz_envelope_fuzz_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)

check_PROGRAMS += tests/fuzz/policy_fuzz
tests_fuzz_policy_fuzz_SOURCES = tests/fuzz/policy_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h recorder/keeper/roletable_make.c
tests_fuzz_policy_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_policy_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/policy"'
tests_fuzz_policy_fuzz_LDADD = recorder/libroletable.a $(POLICY_LIBS)

tests_fuzz_terminal_fuzz_SOURCES = tests/fuzz/terminal_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_terminal_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_terminal_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/terminal"'
tests_fuzz_terminal_fuzz_LDADD = lib/term/libterm.a lib/base/libbase.a $(VTERM_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/fuzz/mask_fuzz
tests_fuzz_mask_fuzz_SOURCES = tests/fuzz/mask_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h \
	tests/unit/recorder/mask_kit.c tests/unit/recorder/mask_kit.h
tests_fuzz_mask_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_mask_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/mask"'
tests_fuzz_mask_fuzz_LDADD = $(MASK_LIBS)

check_PROGRAMS += tests/fuzz/input_fuzz
tests_fuzz_input_fuzz_SOURCES = tests/fuzz/input_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h \
	tests/unit/recorder/mask_kit.c tests/unit/recorder/mask_kit.h
tests_fuzz_input_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_input_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/input"'
tests_fuzz_input_fuzz_LDADD = $(MASK_LIBS)

check_PROGRAMS += tests/fuzz/sftp_fuzz
tests_fuzz_sftp_fuzz_SOURCES = tests/fuzz/sftp_fuzz.c tests/fuzz/replay.c tests/fuzz/fuzz.h \
	recorder/worker/sftp.c recorder/worker/sftp.h recorder/worker/sftp_packet.c recorder/worker/sftp_packet.h
tests_fuzz_sftp_fuzz_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_sftp_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CORPUS='"$(FUZZ_CORPUS)/sftp"'
tests_fuzz_sftp_fuzz_LDADD = lib/base/libbase.a $(SODIUM_LIBS)
