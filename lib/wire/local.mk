# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/wire/libwire.a
lib_wire_libwire_a_SOURCES = \
	lib/wire/codec.c lib/wire/codec.h \
	lib/wire/conn.c lib/wire/conn.h \
	lib/wire/kinds.c lib/wire/kinds.h \
	lib/wire/messages.h
