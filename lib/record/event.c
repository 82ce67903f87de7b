/* SPDX-License-Identifier: ISC */
/* Encoding of events. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/event.h"
#include "lib/record/format.h"

#define VARINT_MOST	9	/* 63 bits */
#define END_FIXED	12

/* clang-format off */
static const char *const names[REC_KIND_COUNT] = {
	[REC_OUTPUT]		= "output",
	[REC_ERROR_OUTPUT]	= "error-output",
	[REC_INPUT]		= "input",
	[REC_INPUT_HIDDEN]	= "input-hidden",
	[REC_RESIZE]		= "resize",
	[REC_NOTE]		= "note",
	[REC_STATE]		= "state",
	[REC_END]		= "end",
	[REC_COMMAND]		= "command",
	[REC_EXEC]		= "exec",
	[REC_FILE]		= "file",
	[REC_MASKED]		= "masked",
	[REC_GUARD]		= "guard",
	[REC_META]		= "meta",
	[REC_TYPED]		= "typed",
	[REC_SHOWN]		= "shown",
	[REC_COMMAND_END]	= "command-end",
};
/* clang-format on */

const char *
rec_event_name(enum rec_kind kind)
{
	if ((unsigned int)kind >= REC_KIND_COUNT || names[kind] == NULL)
		return "unknown";
	return names[kind];
}

static size_t
put_varint(uint8_t *to, uint64_t value)
{
	size_t used = 0;

	while (value >= 0x80) {
		to[used++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	to[used++] = (uint8_t)value;
	return used;
}

/* Bytes used, or 0. Only the shortest form of a number is accepted, so that there is one encoding. */
static size_t
get_varint(const uint8_t *from, size_t count, uint64_t *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count && i < VARINT_MOST; i++) {
		sum |= (uint64_t)(from[i] & 0x7f) << (7 * i);
		if ((from[i] & 0x80) != 0)
			continue;
		if (i > 0 && from[i] == 0)
			return 0;
		*value = sum;
		return i + 1;
	}
	return 0;
}

/* From the time of a key to the event's. */
static uint64_t
since(const struct rec_event *event, int64_t t_us)
{
	return event->t_us > t_us ? (uint64_t)(event->t_us - t_us) : 0;
}

void
rec_event_make_typed(struct rec_event *event, const struct rec_typed *typed, uint8_t *room)
{
	event->bytes = room;
	if (typed->bytes != NULL) {
		event->kind = REC_TYPED;
		event->count = put_varint(room, since(event, typed->first_us));
		memcpy(room + event->count, typed->bytes, typed->count);
		event->count += typed->count;
		return;
	}
	event->kind = REC_INPUT_HIDDEN;
	rec_put32(room, (uint32_t)typed->count);
	event->count = 4;
	event->count += put_varint(room + event->count, since(event, typed->first_us));
	event->count += put_varint(room + event->count, since(event, typed->last_us));
}

/* The time that a varint at the payload's byte *at tells. */
static int
get_ago(const struct rec_event *event, size_t *at, int64_t *t_us)
{
	uint64_t ago_us;
	size_t used = get_varint(event->bytes + *at, event->count - *at, &ago_us);

	if (used == 0)
		return ERR_REC_DAMAGED;
	*at += used;
	*t_us = ago_us < (uint64_t)event->t_us ? event->t_us - (int64_t)ago_us : 0;
	return 0;
}

int
rec_event_read_typed(const struct rec_event *event, struct rec_typed *typed)
{
	struct rec_typed read = { .first_us = event->t_us, .last_us = event->t_us, .bytes = event->bytes, .count = event->count };
	size_t at = event->kind == REC_INPUT_HIDDEN ? 4 : 0;
	int r = 0;

	if ((event->kind != REC_INPUT && event->kind != REC_TYPED && event->kind != REC_INPUT_HIDDEN) || event->count < at)
		return ERR_REC_DAMAGED;
	if (event->kind == REC_TYPED) {
		r = get_ago(event, &at, &read.first_us);
		read.last_us = read.first_us;
		read.bytes += at;
		read.count -= at;
	} else if (event->kind == REC_INPUT_HIDDEN) {
		read.count = rec_get32(event->bytes);
		read.bytes = NULL;
		if (event->count > at)	/* in the first recordings the number was all */
			r = get_ago(event, &at, &read.first_us);
		if (r == 0 && event->count > at)
			r = get_ago(event, &at, &read.last_us);
	}
	if (r == 0)
		*typed = read;
	return r;
}

void
rec_event_make_shown(struct rec_event *event, int64_t shown_us, const uint8_t *bytes, size_t count, uint8_t *room)
{
	size_t head = put_varint(room, since(event, shown_us));

	memcpy(room + head, bytes, count);
	event->kind = REC_SHOWN;
	event->bytes = room;
	event->count = head + count;
}

int
rec_event_read_shown(struct rec_event *event)
{
	size_t at = 0;
	int64_t t_us;

	if (event->kind != REC_SHOWN || get_ago(event, &at, &t_us) < 0)
		return ERR_REC_DAMAGED;
	event->kind = REC_OUTPUT;
	event->t_us = t_us;
	event->bytes += at;
	event->count -= at;
	return 0;
}

void
rec_event_make_resize(struct rec_event *event, uint16_t columns, uint16_t rows, uint8_t room[REC_PAYLOAD])
{
	rec_put16(room, columns);
	rec_put16(room + 2, rows);
	event->kind = REC_RESIZE;
	event->bytes = room;
	event->count = 4;
}

int
rec_event_read_resize(const struct rec_event *event, uint16_t *columns, uint16_t *rows)
{
	if (event->kind != REC_RESIZE || event->count != 4)
		return ERR_REC_DAMAGED;
	*columns = rec_get16(event->bytes);
	*rows = rec_get16(event->bytes + 2);
	return 0;
}

void
rec_event_make_end(struct rec_event *event, const struct rec_end *end, uint8_t room[REC_PAYLOAD])
{
	size_t why_bytes = strnlen(end->why, sizeof end->why);

	rec_put32(room, (uint32_t)end->status);
	rec_put32(room + 4, end->killed);
	rec_put32(room + 8, end->survivors);
	memcpy(room + END_FIXED, end->why, why_bytes);
	event->kind = REC_END;
	event->bytes = room;
	event->count = END_FIXED + why_bytes;
}

int
rec_event_read_end(const struct rec_event *event, struct rec_end *end)
{
	size_t why_bytes;

	if (event->kind != REC_END || event->count < END_FIXED)
		return ERR_REC_DAMAGED;
	why_bytes = event->count - END_FIXED;
	if (why_bytes >= sizeof end->why)
		why_bytes = sizeof end->why - 1;
	end->status = (int32_t)rec_get32(event->bytes);
	end->killed = rec_get32(event->bytes + 4);
	end->survivors = rec_get32(event->bytes + 8);
	memcpy(end->why, event->bytes + END_FIXED, why_bytes);
	end->why[why_bytes] = '\0';
	return 0;
}

void
rec_event_make_masked(struct rec_event *event, const struct rec_masked *masked, uint8_t room[REC_PAYLOAD])
{
	size_t bytes = strnlen(masked->rule, sizeof masked->rule);

	rec_put32(room, masked->count);
	memcpy(room + 4, masked->rule, bytes);
	event->kind = REC_MASKED;
	event->bytes = room;
	event->count = 4 + bytes;
}

int
rec_event_read_masked(const struct rec_event *event, struct rec_masked *masked)
{
	size_t bytes;

	if (event->kind != REC_MASKED || event->count < 4)
		return ERR_REC_DAMAGED;
	bytes = event->count - 4 < sizeof masked->rule ? event->count - 4 : sizeof masked->rule - 1;
	masked->count = rec_get32(event->bytes);
	memcpy(masked->rule, event->bytes + 4, bytes);
	masked->rule[bytes] = '\0';
	return 0;
}

void
rec_event_make_text(struct rec_event *event, enum rec_kind kind, const char *text)
{
	event->kind = kind;
	event->bytes = (const uint8_t *)text;
	event->count = strlen(text);
}

int
rec_event_encode(const struct rec_event *event, int64_t *previous_us, struct buf *out)
{
	int64_t t_us = event->t_us > *previous_us ? event->t_us : *previous_us;
	uint8_t *to;
	size_t used = 0;

	if (event->count > REC_EVENT_MOST)
		return -EMSGSIZE;
	to = buf_reserve(out, 1 + 2 * VARINT_MOST + event->count);
	if (to == NULL)
		return ERR_BUF_FULL;
	to[used++] = (uint8_t)event->kind;
	used += put_varint(to + used, (uint64_t)(t_us - *previous_us));
	used += put_varint(to + used, event->count);
	if (event->count > 0)
		memcpy(to + used, event->bytes, event->count);
	buf_commit(out, used + event->count);
	*previous_us = t_us;
	return 0;
}

int
rec_event_decode(const uint8_t *bytes, size_t count, int64_t *previous_us, struct rec_event *event)
{
	uint64_t delta_us, payload;
	size_t at = 1, used;

	if (count < 1 || bytes[0] == 0)
		return ERR_REC_DAMAGED;
	used = get_varint(bytes + at, count - at, &delta_us);
	if (used == 0 || delta_us > (uint64_t)(INT64_MAX - *previous_us))
		return ERR_REC_DAMAGED;
	at += used;
	used = get_varint(bytes + at, count - at, &payload);
	if (used == 0 || payload > REC_EVENT_MOST)
		return ERR_REC_DAMAGED;
	at += used;
	if (payload > count - at)
		return ERR_REC_DAMAGED;
	*previous_us += (int64_t)delta_us;
	event->kind = (enum rec_kind)bytes[0];
	event->t_us = *previous_us;
	event->bytes = bytes + at;
	event->count = (size_t)payload;
	return (int)(at + payload);
}
