# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/term/libterm.a
lib_term_libterm_a_SOURCES = \
	lib/term/charset.c lib/term/charset.h \
	lib/term/grid.c lib/term/grid.h lib/term/gridstate.h \
	lib/term/gridcsi.c lib/term/gridmode.c lib/term/gridmove.c lib/term/gridput.c lib/term/gridwatch.c \
	lib/term/guard.c lib/term/guard.h lib/term/guardstate.h lib/term/screencell.h \
	lib/term/guardcell.c lib/term/guardcsi.c lib/term/guardput.c \
	lib/term/notice.c lib/term/notice.h \
	lib/term/paint.c lib/term/paint.h \
	lib/term/parser.c lib/term/parser.h \
	lib/term/pen.c lib/term/pen.h \
	lib/term/rawtty.c lib/term/rawtty.h \
	lib/term/screen.c lib/term/screen.h \
	lib/term/screenchild.c lib/term/screenchild.h \
	lib/term/width.c lib/term/width.h
