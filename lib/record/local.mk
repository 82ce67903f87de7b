# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/record/librecord.a
lib_record_librecord_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) $(ZSTD_CFLAGS)
lib_record_librecord_a_SOURCES = \
	lib/record/age.c lib/record/age.h \
	lib/record/agehead.c lib/record/agehead.h \
	lib/record/agekey.c lib/record/agekey.h \
	lib/record/agewrap.c \
	lib/record/bech32.c lib/record/bech32.h \
	lib/record/close.c \
	lib/record/command.c lib/record/command.h \
	lib/record/event.c lib/record/event.h \
	lib/record/flush.c \
	lib/record/format.h \
	lib/record/header.c lib/record/header.h \
	lib/record/identity.c lib/record/identity.h \
	lib/record/keys.c lib/record/keys.h \
	lib/record/join.c \
	lib/record/layers.c lib/record/layers.h \
	lib/record/layers_seal.c \
	lib/record/order.c \
	lib/record/out.c lib/record/out.h \
	lib/record/pack.c lib/record/pack.h \
	lib/record/reader.c lib/record/reader.h \
	lib/record/reading.h \
	lib/record/seek.c \
	lib/record/segment.c \
	lib/record/source.c lib/record/source.h \
	lib/record/tail.c lib/record/tail.h \
	lib/record/pending.c \
	lib/record/tailread.c \
	lib/record/trail.c lib/record/trail.h \
	lib/record/writer.c lib/record/writer.h \
	lib/record/writing.h
