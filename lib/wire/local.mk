# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/wire/libwire.a
lib_wire_libwire_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
lib_wire_libwire_a_SOURCES = \
	lib/wire/client.c lib/wire/client.h \
	lib/wire/pages.c lib/wire/pages.h \
	lib/wire/codec.c lib/wire/codec.h \
	lib/wire/conn.c lib/wire/conn.h \
	lib/wire/json.c lib/wire/json.h \
	lib/wire/login.c lib/wire/login.h \
	lib/wire/kinds.c lib/wire/kinds_audit.c lib/wire/kinds.h lib/wire/kindfields.h lib/wire/kinds_worker.c \
	lib/wire/messages.h
