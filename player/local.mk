# SPDX-License-Identifier: ISC
# All but main() is a library, so that tests can link parts of it.
noinst_LIBRARIES += player/libplayer.a
player_libplayer_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(NCURSES_CFLAGS) $(SODIUM_CFLAGS)
player_libplayer_a_SOURCES = \
	player/cmd_export.c \
	player/cmd_ls.c \
	player/cmd_play.c \
	player/cmd_show.c \
	player/commands.h \
	player/export.h \
	player/export_asciicast.c \
	player/export_raw.c \
	player/export_screen.c \
	player/export_text.c \
	player/identity.c player/identity.h \
	player/meta.c player/meta.h \
	player/moment.c player/moment.h \
	player/out.c player/out.h \
	player/picture.c player/picture.h \
	player/remote.c player/remote.h \
	player/tape.c player/tape.h

PLAYER_LIBS = player/libplayer.a lib/term/libterm.a lib/record/librecord.a lib/wire/libwire.a lib/base/libbase.a \
	$(VTERM_LIBS) $(NCURSES_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS) $(ZSTD_LIBS)

pkglibexec_PROGRAMS += player/postern-player
player_postern_player_SOURCES = player/main.c
player_postern_player_LDADD = $(PLAYER_LIBS)
