/* SPDX-License-Identifier: ISC */
/*
 * Makes recordings for the player's tests: player_maker KEY FILE reads lines and writes FILE, sealed to the identity in
 * KEY, which is made if it is missing. player_maker KEY prints its public half;
 * player_maker KEY FILE PASSPHRASE puts a copy of it under a passphrase into FILE.
 *
 *	meta JSON | size COLS ROWS	before anything else
 *	at SECONDS			the time of what follows
 *	out TEXT | err TEXT | in TEXT	\r \n \e \\ \xHH are known
 *	file PATH COUNT			output: the file, COUNT bytes an event
 *	typed AGO TEXT | hidden NUMBER	keys that were pressed AGO seconds before; keys that were not stored
 *	resize COLS ROWS | note TEXT | state TEXT | end STATUS TEXT
 *	crash				stops here, as if the recorder had been killed
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/age.h"
#include "lib/record/agekey.h"
#include "lib/record/writer.h"

#define START_US	INT64_C(1795449600000000)	/* 2026-11-23 16:00:00 UTC */
#define LINE		65536

struct maker {
	struct rec_params	 params;
	struct rec_writer	*writer;
	char			 meta[LINE];
	int64_t			 t_us;
	bool			 is_closed;
};

static void
check(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "player_maker: %s: %s\n", what, err_text(r));
	exit(1);
}

/* The public half of the identity in the file, which is made first if need be. */
static void
take_key(const char *path, char recipient[AGE_TEXT])
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct age_recipient key;
	char text[AGE_TEXT + 1];

	if (access(path, F_OK) < 0) {
		age_identity_new(ring->identity[0]);
		age_identity_text(ring->identity[0], text);
		text[strlen(text) + 1] = '\0';
		text[strlen(text)] = '\n';
		check(fdio_replace(path, 0600, text, strlen(text)), path);
	}
	check(age_ring_add_file(ring, path, NULL, NULL), path);
	age_identity_recipient(ring->identity[0], &key);
	age_recipient_text(&key, recipient);
}

static size_t
unescape(char *text)
{
	static const char names[] = "rnte\\", bytes[] = "\r\n\t\033\\";
	char *out = text;

	for (char *at = text; *at != '\0'; at++) {
		const char *known = at[0] == '\\' && at[1] != '\0' ? strchr(names, at[1]) : NULL;
		unsigned byte;

		if (known != NULL) {
			*out++ = bytes[known - names];
			at++;
		} else if (at[0] == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &byte) == 1) {
			*out++ = (char)byte;
			at += 3;
		} else {
			*out++ = *at;
		}
	}
	return (size_t)(out - text);
}

static void
put(struct maker *m, const struct rec_event *event)
{
	struct rec_event timed = *event;

	timed.t_us = m->t_us;
	if (m->writer == NULL)
		check(rec_writer_open(&m->params, &m->writer), "open");
	check(rec_writer_put(m->writer, &timed), "put");
	check(rec_writer_flush(m->writer, m->t_us), "flush");
}

static void
put_bytes(struct maker *m, enum rec_kind kind, char *text)
{
	size_t count = unescape(text);

	put(m, &(struct rec_event){ .kind = kind, .bytes = (const uint8_t *)text, .count = count });
}

static void
put_file(struct maker *m, const char *args)
{
	char path[512];
	unsigned count;
	AUTO_FREE char *text = NULL;
	size_t total = 0;

	if (sscanf(args, "%511s %u", path, &count) != 2)
		exit(1);
	check(fdio_slurp_path(path, 1U << 30, &text, &total), path);
	for (size_t at = 0; at < total; at += count)
		put(m, &(struct rec_event){ .kind = REC_OUTPUT, .bytes = (const uint8_t *)text + at,
		    .count = total - at < count ? total - at : count });
}

static void
put_resize(struct maker *m, const char *args)
{
	uint8_t room[REC_PAYLOAD];
	struct rec_event event;
	unsigned short cols, rows;

	if (sscanf(args, "%hu %hu", &cols, &rows) != 2)
		exit(1);
	rec_event_make_resize(&event, cols, rows, room);
	put(m, &event);
}

static void
put_typed(struct maker *m, struct rec_typed *typed)
{
	AUTO_FREE uint8_t *room = own_alloc(REC_PAYLOAD + typed->count);
	struct rec_event event = { .t_us = m->t_us };

	rec_event_make_typed(&event, typed, room);
	put(m, &event);
}

static void
put_hidden(struct maker *m, const char *args)
{
	put_typed(m, &(struct rec_typed){ .first_us = m->t_us, .last_us = m->t_us, .count = strtoul(args, NULL, 10) });
}

static void
put_late(struct maker *m, char *args)
{
	struct rec_typed typed = { .first_us = m->t_us - (int64_t)(strtod(args, &args) * (double)CLOCK_US) };

	args += *args == ' ';
	typed.bytes = (const uint8_t *)args;
	typed.count = unescape(args);
	put_typed(m, &typed);
}

static void
put_end(struct maker *m, char *args)
{
	uint8_t room[REC_PAYLOAD];
	struct rec_event event;
	struct rec_end end = { .status = (int32_t)strtol(args, &args, 10) };

	snprintf(end.why, sizeof end.why, "%s", *args == ' ' ? args + 1 : args);
	rec_event_make_end(&event, &end, room);
	put(m, &event);
}

static void
put_text(struct maker *m, enum rec_kind kind, const char *text)
{
	struct rec_event event;

	rec_event_make_text(&event, kind, text);
	put(m, &event);
}

/* False for a line that is none of ours. */
static bool
obey(struct maker *m, const char *word, char *args)
{
	if (strcmp(word, "meta") == 0)
		snprintf(m->meta, sizeof m->meta, "%s", args);
	else if (strcmp(word, "size") == 0)
		return sscanf(args, "%hu %hu", &m->params.columns, &m->params.rows) == 2;
	else if (strcmp(word, "at") == 0)
		m->t_us = (int64_t)(strtod(args, NULL) * (double)CLOCK_US);
	else if (strcmp(word, "out") == 0)
		put_bytes(m, REC_OUTPUT, args);
	else if (strcmp(word, "err") == 0)
		put_bytes(m, REC_ERROR_OUTPUT, args);
	else if (strcmp(word, "in") == 0)
		put_bytes(m, REC_INPUT, args);
	else if (strcmp(word, "file") == 0)
		put_file(m, args);
	else if (strcmp(word, "typed") == 0)
		put_late(m, args);
	else if (strcmp(word, "hidden") == 0)
		put_hidden(m, args);
	else if (strcmp(word, "resize") == 0)
		put_resize(m, args);
	else if (strcmp(word, "note") == 0 || strcmp(word, "state") == 0)
		put_text(m, word[0] == 'n' ? REC_NOTE : REC_STATE, args);
	else if (strcmp(word, "end") == 0)
		put_end(m, args);
	else if (strcmp(word, "crash") == 0)
		m->is_closed = true;
	else
		return word[0] == '\0';
	return true;
}

/* With little work for the passphrase: tests wait for it. */
static int
lock(const char *key, const char *path, const char *passphrase)
{
	const struct age_to to = { .passphrase = passphrase, .log_n = 10 };
	AUTO_BUF struct buf out = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	size_t count = 0;

	check(fdio_slurp_path(key, 65536, &text, &count), key);
	check(age_seal(&to, text, count, &out), "seal");
	check(fdio_replace(path, 0600, buf_data(&out), buf_len(&out)), path);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct maker m;
	static char line[LINE];
	char recipient[AGE_TEXT], tail[4096];
	const char *recipients[] = { recipient, NULL };

	if (argc < 2 || argc > 4)
		return 2;
	secret_init();
	take_key(argv[1], recipient);
	if (argc == 2)
		return puts(recipient) < 0;
	if (argc == 4)
		return lock(argv[1], argv[2], argv[3]);
	snprintf(tail, sizeof tail, "%s.tail", argv[2]);
	m.params = (struct rec_params){ .id = id_new(), .start_wall_us = START_US, .recipients = recipients, .columns = 80,
		.rows = 24, .meta = m.meta, .rec_fd = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
		.tail_fd = open(tail, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) };
	while (!m.is_closed && fgets(line, sizeof line, stdin) != NULL) {
		char *args = line + strcspn(line, " \n");

		line[strcspn(line, "\n")] = '\0';
		if (*args != '\0')
			*args++ = '\0';
		if (!obey(&m, line, args)) {
			fprintf(stderr, "player_maker: %s is no command\n", line);
			return 1;
		}
	}
	if (!m.is_closed) {
		check(rec_writer_close(m.writer, NULL), "close");
		unlink(tail);
	}
	rec_writer_free(m.writer);
	return 0;
}
