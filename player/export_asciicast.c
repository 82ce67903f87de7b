/* SPDX-License-Identifier: ISC */
/* asciicast, version 2 (docs.asciinema.org/manual/asciicast/v2): a header line, then [seconds, code, text] a line. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "lib/record/format.h"
#include "lib/record/reader.h"
#include "player/export.h"
#include "player/tape.h"

#define LINE_MOST	(REC_EVENT_MOST * 6 + 256)	/* each byte may become \u00XX */

/* A character that is cut by the end of an event waits for its rest in the next one of the same stream. */
struct carry {
	uint8_t	bytes[4];
	size_t	count;
};

enum stream { STREAM_OUTPUT, STREAM_ERROR, STREAM_INPUT, STREAMS };

struct cast {
	struct buf		 line;
	struct carry		 carry[STREAMS];
	struct rec_reader	*ahead;		/* keys are told later than they were typed: it is at the next of them */
	struct rec_typed	 typed;		/* that one; NULL bytes: there is none */
	int64_t			 t_us;		/* of the last line */
};

static void
add_char(struct buf *out, uint32_t c)
{
	uint8_t bytes[4];

	if (c == '"' || c == '\\')
		(void)buf_addf(out, "\\%c", (char)c);
	else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
		(void)buf_addf(out, "\\u%04x", (unsigned)c);
	else
		(void)buf_add(out, bytes, (size_t)text_encode(c, bytes));
}

/* Printable ASCII without quotes, the most of it, in one go. */
static size_t
add_plain(struct buf *out, const uint8_t *bytes, size_t count)
{
	size_t n = 0;

	while (n < count && bytes[n] >= 0x20 && bytes[n] < 0x7f && bytes[n] != '"' && bytes[n] != '\\')
		n++;
	(void)buf_add(out, bytes, n);
	return n;
}

/* One character of the bytes. The bytes it used, 0 if it is cut by their end. */
static size_t
add_one(struct buf *out, const uint8_t *bytes, size_t count)
{
	uint32_t c;
	int used = text_decode(bytes, count, &c);

	if (used == 0)
		return 0;
	add_char(out, used > 0 ? c : 0xfffd);
	return used > 0 ? (size_t)used : 1;
}

/* Finishes what was carried, with bytes of this event as long as they belong to it. Bytes taken from the event. */
static size_t
add_carried(struct buf *out, struct carry *carry, const uint8_t *bytes, size_t count)
{
	size_t taken = 0;

	while (carry->count > 0) {
		size_t used = add_one(out, carry->bytes, carry->count);

		if (used > 0) {
			carry->count -= used;
			memmove(carry->bytes, carry->bytes + used, carry->count);
		} else if (taken == count) {
			break;
		} else {
			carry->bytes[carry->count++] = bytes[taken++];
		}
	}
	return taken;
}

static void
add_text(struct cast *cast, enum stream stream, const uint8_t *bytes, size_t count, bool bare_feeds)
{
	struct carry *carry = &cast->carry[stream];
	size_t at = add_carried(&cast->line, carry, bytes, count);

	while (at < count) {
		size_t used = add_plain(&cast->line, bytes + at, count - at);

		if (used == 0 && bytes[at] == '\n' && bare_feeds) {
			(void)buf_add_text(&cast->line, "\\r\\n");
			used = 1;
		} else if (used == 0) {
			used = add_one(&cast->line, bytes + at, count - at);
		}
		if (used == 0)
			break;
		at += used;
	}
	if (at < count) {
		carry->count = count - at;
		memcpy(carry->bytes, bytes + at, carry->count);
	}
}

static void
begin_line(struct cast *cast, int64_t t_us, char code)
{
	t_us = t_us > cast->t_us ? t_us : cast->t_us;
	cast->t_us = t_us;
	buf_clear(&cast->line);
	(void)buf_addf(&cast->line, "[%lld.%06lld, \"%c\", \"", (long long)(t_us / CLOCK_US), (long long)(t_us % CLOCK_US), code);
}

static int
end_line(struct export *export)
{
	struct cast *cast = export->state;

	(void)buf_add_text(&cast->line, "\"]\n");
	return out_put(&export->out, buf_data(&cast->line), buf_len(&cast->line));
}

/* A marker: players list them and jump to them. */
static int
put_marker(struct export *export, int64_t t_us, const char *text, size_t count)
{
	struct cast *cast = export->state;
	AUTO_FREE char *clean = text_clean(text, count);
	size_t clean_count = strlen(clean);

	begin_line(cast, t_us, 'm');
	for (size_t at = 0; at < clean_count;)
		at += add_one(&cast->line, (const uint8_t *)clean + at, clean_count - at);
	return end_line(export);
}

static int
put_stream(struct export *export, const struct rec_event *event)
{
	struct cast *cast = export->state;
	enum stream stream = event->kind == REC_OUTPUT ? STREAM_OUTPUT : STREAM_ERROR;

	begin_line(cast, event->t_us, 'o');
	add_text(cast, stream, event->bytes, event->count, !export->tape->meta.has_terminal);
	return end_line(export);
}

static void
find_typed(struct cast *cast)
{
	struct rec_event event;

	do {
		cast->typed = (struct rec_typed){ .bytes = NULL };
		if (cast->ahead == NULL || rec_reader_next(cast->ahead, &event) != 1)
			return;
		(void)rec_event_read_typed(&event, &cast->typed);
	} while (cast->typed.bytes == NULL);
}

/* What was typed up to now. */
static int
put_typed(struct export *export, int64_t t_us)
{
	struct cast *cast = export->state;
	int r = 0;

	for (; r == 0 && cast->typed.bytes != NULL && cast->typed.first_us <= t_us; find_typed(cast)) {
		begin_line(cast, cast->typed.first_us, 'i');
		add_text(cast, STREAM_INPUT, cast->typed.bytes, cast->typed.count, false);
		r = end_line(export);
	}
	return r;
}

static int
put_resize(struct export *export, const struct rec_event *event)
{
	struct cast *cast = export->state;
	uint16_t columns, rows;

	if (rec_event_read_resize(event, &columns, &rows) < 0)
		return 0;
	begin_line(cast, event->t_us, 'r');
	(void)buf_addf(&cast->line, "%ux%u", columns, rows);
	return end_line(export);
}

static int
put_end(struct export *export, const struct rec_event *event)
{
	struct rec_end end;
	char text[sizeof end.why + 64];

	if (rec_event_read_end(event, &end) < 0)
		return 0;
	snprintf(text, sizeof text, "end: %s, exit status %d", end.why, end.status);
	return put_marker(export, event->t_us, text, strlen(text));
}

static int
put_masked(struct export *export, const struct rec_event *event)
{
	struct rec_masked masked;
	char text[sizeof masked.rule + 64];

	if (rec_event_read_masked(event, &masked) < 0)
		return 0;
	snprintf(text, sizeof text, "masked: %s, %u value%s", masked.rule, masked.count, masked.count == 1 ? "" : "s");
	return put_marker(export, event->t_us, text, strlen(text));
}

static int
put_command(struct export *export, const struct rec_event *event)
{
	struct rec_command command;

	return rec_event_read_command(event, &command) == 0 ? put_marker(export, event->t_us, command.text, command.count) : 0;
}

static int
add(struct export *export, const struct rec_event *event)
{
	int r = put_typed(export, event->t_us);

	if (r < 0)
		return r;
	switch (event->kind) {
	case REC_OUTPUT:
	case REC_ERROR_OUTPUT:
		return put_stream(export, event);
	case REC_RESIZE:
		return put_resize(export, event);
	case REC_NOTE:
	case REC_STATE:
		return put_marker(export, event->t_us, (const char *)event->bytes, event->count);
	case REC_COMMAND:
		return put_command(export, event);
	case REC_MASKED:
		return put_masked(export, event);
	case REC_END:
		return put_end(export, event);
	default:
		return 0;
	}
}

/* "payments-rw, eng-31: hotfix"; without a gate the command in place of the reason. */
static char *
title_of(const struct meta *meta)
{
	const char *about = meta->reason[0] != '\0' ? meta->reason : meta->command;
	char *title = NULL;

	if (asprintf(&title, "%s%s%s%s%s", meta->role, meta->role[0] != '\0' ? ", " : "", meta->person,
	    about[0] != '\0' ? ": " : "", about) < 0)
		title = own_dup("");
	return title;
}

static int
begin(struct export *export)
{
	const struct rec_info *info = export->tape->info;
	AUTO_FREE char *title = title_of(&export->tape->meta);
	struct cast *cast = own_alloc(sizeof *cast);
	json_t *header = json_pack("{s:i, s:i, s:i, s:I, s:s, s:{s:s}}", "version", 2, "width", (int)info->columns,
	    "height", (int)info->rows, "timestamp", (json_int_t)(info->start_wall_us / CLOCK_US), "title", title,
	    "env", "TERM", "xterm-256color");
	char *text = json_dumps(header, 0);
	int r;

	buf_init(&cast->line, LINE_MOST);
	export->state = cast;
	json_decref(header);
	r = out_put_text(&export->out, text != NULL ? text : "{\"version\": 2, \"width\": 80, \"height\": 24}");
	free(text);
	if (r == 0)
		r = out_put_text(&export->out, "\n");
	if (r == 0)
		r = tape_reader(export->tape, &cast->ahead);
	if (r == 0)
		rec_reader_wants_undecided(cast->ahead);
	find_typed(cast);
	return r;
}

/* Characters that were never finished. */
static int
end(struct export *export)
{
	struct cast *cast = export->state;
	int r = put_typed(export, export->t_us);

	for (enum stream s = 0; r == 0 && s < STREAMS; s++) {
		if (cast->carry[s].count == 0)
			continue;
		begin_line(cast, export->t_us, s == STREAM_INPUT ? 'i' : 'o');
		add_char(&cast->line, 0xfffd);
		r = end_line(export);
	}
	return r;
}

static void
done(struct export *export)
{
	struct cast *cast = export->state;

	if (cast == NULL)
		return;
	buf_done(&cast->line);
	rec_reader_free(cast->ahead);
	own_free(&export->state);
}

const struct export_format export_asciicast = { .name = "asciicast", .begin = begin, .event = add, .end = end, .done = done };
