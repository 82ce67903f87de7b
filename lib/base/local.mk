# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/base/libbase.a
lib_base_libbase_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
lib_base_libbase_a_SOURCES = \
	lib/base/buf.c lib/base/buf.h \
	lib/base/cli.c lib/base/cli.h \
	lib/base/clock.c lib/base/clock.h \
	lib/base/err.c lib/base/err.h \
	lib/base/fdio.c lib/base/fdio.h \
	lib/base/id.c lib/base/id.h \
	lib/base/keyname.c lib/base/keyname.h \
	lib/base/log.c lib/base/log.h \
	lib/base/own.c lib/base/own.h \
	lib/base/place.c lib/base/place.h \
	lib/base/secret.c lib/base/secret.h \
	lib/base/signals.c lib/base/signals.h \
	lib/base/text.c lib/base/text.h
