# SPDX-License-Identifier: ISC
# All but main() is a library of its own, so that tests can link the console with a clock that stands still.
noinst_LIBRARIES += console/libconsole.a
console_libconsole_a_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
console_libconsole_a_SOURCES = \
	console/act.c console/act.h \
	console/console.c console/console.h \
	console/detail.c \
	console/dial.c console/dial.h \
	console/draw.c console/draw.h \
	console/help.c \
	console/keys.c console/keys.h \
	console/link.c console/link.h \
	console/list.c \
	console/prompt.c console/prompt.h \
	console/queue.c console/queue.h \
	console/sign.c console/sign.h \
	console/screen.c console/screen.h \
	console/view.h

CONSOLE_LIBS = console/libconsole.a lib/proof/libproof.a lib/wire/libwire.a lib/base/libbase.a $(NCURSES_LIBS) $(SODIUM_LIBS)

pkglibexec_PROGRAMS += console/postern-console
console_postern_console_SOURCES = console/main.c
console_postern_console_LDADD = $(CONSOLE_LIBS)
