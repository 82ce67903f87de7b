/* SPDX-License-Identifier: ISC */
/* Encoding of the events about lines that were entered. */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "lib/record/format.h"

#define END_BYTES	17	/* u32 number, u8 has a status, i32 status, u64 microseconds */

/* clang-format off */
static const char *const words[REC_GUARD_DID_COUNT] = {
	[REC_GUARD_WARNED]	= "warned",
	[REC_GUARD_CONFIRMED]	= "confirmed",
	[REC_GUARD_ALLOWED]	= "allowed",
	[REC_GUARD_DENIED]	= "denied",
	[REC_GUARD_REFUSED]	= "refused",
	[REC_GUARD_LAPSED]	= "lapsed",
	[REC_GUARD_WITHDRAWN]	= "withdrawn",
	[REC_GUARD_ASKED]	= "asked",
};
/* clang-format on */

const char *
rec_guard_word(enum rec_guard_did did)
{
	return (unsigned)did < REC_GUARD_DID_COUNT && words[did] != NULL ? words[did] : "unknown";
}

/* Bytes of a text that fit, without half a character at the end. */
static size_t
fitting(const char *text, size_t count)
{
	if (count <= REC_COMMAND_MOST)
		return count;
	count = REC_COMMAND_MOST;
	while (count > 0 && ((uint8_t)text[count] & 0xc0) == 0x80)
		count--;
	return count;
}

void
rec_event_make_command(struct rec_event *event, const struct rec_command *command, uint8_t room[REC_COMMAND_HEAD + REC_COMMAND_MOST])
{
	size_t count = fitting(command->text, command->count);

	rec_put32(room, command->n);
	memcpy(room + REC_COMMAND_HEAD, command->text, count);
	event->kind = REC_COMMAND;
	event->bytes = room;
	event->count = REC_COMMAND_HEAD + count;
}

int
rec_event_read_command(const struct rec_event *event, struct rec_command *command)
{
	if (event->kind != REC_COMMAND || event->count < REC_COMMAND_HEAD)
		return ERR_REC_DAMAGED;
	command->n = rec_get32(event->bytes);
	command->text = (const char *)event->bytes + REC_COMMAND_HEAD;
	command->count = event->count - REC_COMMAND_HEAD;
	return 0;
}

void
rec_event_make_command_end(struct rec_event *event, const struct rec_command_end *end, uint8_t room[END_BYTES])
{
	rec_put32(room, end->n);
	room[4] = end->has_status;
	rec_put32(room + 5, (uint32_t)end->status);
	rec_put64(room + 9, (uint64_t)end->took_us);
	event->kind = REC_COMMAND_END;
	event->bytes = room;
	event->count = END_BYTES;
}

int
rec_event_read_command_end(const struct rec_event *event, struct rec_command_end *end)
{
	if (event->kind != REC_COMMAND_END || event->count != END_BYTES || event->bytes[4] > 1 || rec_get64(event->bytes + 9) > INT64_MAX)
		return ERR_REC_DAMAGED;
	end->n = rec_get32(event->bytes);
	end->has_status = event->bytes[4] != 0;
	end->status = (int32_t)rec_get32(event->bytes + 5);
	end->took_us = (int64_t)rec_get64(event->bytes + 9);
	return 0;
}

static size_t
put_name(uint8_t *to, const char *name)
{
	size_t count = strnlen(name, REC_GUARD_NAME - 1);

	to[0] = (uint8_t)count;
	memcpy(to + 1, name, count);
	return count + 1;
}

void
rec_event_make_guard(struct rec_event *event, const struct rec_guard *guard, uint8_t room[REC_GUARD_HEAD + REC_COMMAND_MOST])
{
	size_t count = fitting(guard->text, guard->count), used = 1;

	room[0] = (uint8_t)guard->did;
	used += put_name(room + used, guard->rule);
	used += put_name(room + used, guard->by);
	memcpy(room + used, guard->text, count);
	event->kind = REC_GUARD;
	event->bytes = room;
	event->count = used + count;
}

/* A name at the payload's byte *at. */
static int
get_name(const struct rec_event *event, size_t *at, char name[REC_GUARD_NAME])
{
	size_t count = *at < event->count ? event->bytes[*at] : REC_GUARD_NAME;

	if (count >= REC_GUARD_NAME || *at + 1 + count > event->count)
		return ERR_REC_DAMAGED;
	memcpy(name, event->bytes + *at + 1, count);
	name[count] = '\0';
	*at += 1 + count;
	return 0;
}

int
rec_event_read_guard(const struct rec_event *event, struct rec_guard *guard)
{
	size_t at = 1;

	if (event->kind != REC_GUARD || event->count < 1 || event->bytes[0] == 0 || event->bytes[0] >= REC_GUARD_DID_COUNT)
		return ERR_REC_DAMAGED;
	guard->did = (enum rec_guard_did)event->bytes[0];
	if (get_name(event, &at, guard->rule) < 0 || get_name(event, &at, guard->by) < 0)
		return ERR_REC_DAMAGED;
	guard->text = (const char *)event->bytes + at;
	guard->count = event->count - at;
	return 0;
}
