# SPDX-License-Identifier: ISC
# All but main() is a library, so that tests can link parts of it.
noinst_LIBRARIES += player/libplayer.a
player_libplayer_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(NCURSES_CFLAGS) $(SODIUM_CFLAGS)
player_libplayer_a_SOURCES = \
	player/act.c player/act.h \
	player/canvas.c player/canvas.h \
	player/cmd_export.c \
	player/cmd_learn.c \
	player/cmd_log.c player/log.h \
	player/cmd_ls.c \
	player/cmd_play.c \
	player/cmd_report.c player/cmd_rewrap.c player/report.h \
	player/cmd_search.c \
	player/cmd_show.c \
	player/cmd_verify.c \
	player/commands.h \
	player/deck.c player/deck.h \
	player/draw.c player/draw.h \
	player/enforced.c player/enforced.h \
	player/evidence.c player/evidence.h \
	player/evidence_approvals.c \
	player/evidence_deletions.c \
	player/evidence_envelopes.c \
	player/evidence_holds.c \
	player/evidence_receipts.c \
	player/evidence_recordings.c \
	player/export.h \
	player/export_asciicast.c \
	player/export_commands.c \
	player/export_raw.c \
	player/export_screen.c \
	player/export_text.c \
	player/export_trail.c \
	player/keys.c player/keys.h \
	player/log_export.c \
	player/log_proof.c \
	player/log_tiles.c \
	player/meta.c player/meta.h \
	player/found.c player/found.h \
	player/moment.c player/moment.h \
	player/out.c player/out.h \
	player/paths.c player/paths.h \
	player/picture.c player/picture.h \
	player/said.c player/said.h \
	player/slots_key.c player/slots_key.h \
	player/player.c player/player.h \
	player/remote.c player/remote.h \
	player/report.c \
	player/report_ask.c \
	player/report_bundle.c \
	player/report_check.c player/report_check.h \
	player/report_commands.c \
	player/report_facts.c \
	player/report_html.c \
	player/report_json.c \
	player/report_pick.c \
	player/report_proof.c \
	player/report_signed.c player/report_signed.h \
	player/report_tables.c \
	player/report_use.c \
	player/report_write.c \
	player/scout.c player/scout.h \
	player/show_signed.c \
	player/sieve.c player/sieve.h \
	player/stage.c player/stage.h \
	player/stage_bar.c \
	player/stage_strip.c \
	player/sack.c player/sack.h \
	player/table.c player/table.h \
	player/tape.c player/tape.h \
	player/verify_against.c player/verify_against.h player/verify_evidence.c player/verify_evidence.h player/verify_roster.c player/verify_roster.h \
	player/verify_trust.c player/verify_trust.h

PLAYER_LIBS = player/libplayer.a lib/term/libterm.a lib/record/librecord.a lib/store/libstore.a lib/proof/libproof.a lib/wire/libwire.a lib/base/libbase.a \
	$(VTERM_LIBS) $(NCURSES_LIBS) $(JANSSON_LIBS) $(SQLITE_LIBS) $(SODIUM_LIBS) $(ZSTD_LIBS)

pkglibexec_PROGRAMS += player/postern-player
player_postern_player_SOURCES = player/main.c
player_postern_player_LDADD = $(PLAYER_LIBS)
