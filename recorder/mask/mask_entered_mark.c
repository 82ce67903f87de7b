/* SPDX-License-Identifier: ISC */
/*
 * Semantic prompt marks in the output, as terminals and shells agree on them: OSC 133 ; A (a prompt begins), B (it ends, a line is
 * typed), C (the command runs), D ; STATUS (it has ended), each with `aid=NAME` for shells inside of shells.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "recorder/mask/mask_entered_inside.h"

#define ESC	0x1b
#define BEL	0x07

enum { OUTSIDE, AFTER_ESC, INSIDE, INSIDE_ESC };

static const char lead[] = "133;";

/* One byte of the output. True if a mark is complete with it. */
static bool
take(struct mask_entered *e, uint8_t byte)
{
	bool ends = e->mark_state >= INSIDE && (byte == BEL || (e->mark_state == INSIDE_ESC && byte == '\\'));

	if (ends || e->mark_state == INSIDE_ESC) {
		e->mark_state = OUTSIDE;
		return ends && e->mark_count > sizeof lead - 1;
	}
	if (e->mark_state == INSIDE) {
		if (byte == ESC)
			e->mark_state = INSIDE_ESC;
		else if (byte < 0x20 || e->mark_count + 1 == MARK_MOST || (e->mark_count < sizeof lead - 1 && byte != (uint8_t)lead[e->mark_count]))
			e->mark_state = OUTSIDE;	/* another string, or none */
		else
			e->mark[e->mark_count++] = (char)byte;
		return false;
	}
	if (e->mark_state == AFTER_ESC && byte == ']') {
		e->mark_state = INSIDE;
		e->mark_count = 0;
	} else {
		e->mark_state = byte == ESC ? AFTER_ESC : OUTSIDE;
	}
	return false;
}

size_t
entered_mark_scan(struct mask_entered *e, const uint8_t *bytes, size_t count)
{
	size_t i = 0;

	while (i < count) {
		if (e->mark_state == OUTSIDE) {
			const uint8_t *at = memchr(bytes + i, ESC, count - i);

			if (at == NULL)
				return count;
			i = (size_t)(at - bytes);
		}
		if (take(e, bytes[i++])) {
			e->mark[e->mark_count] = '\0';
			e->has_mark = true;
			return i;
		}
	}
	return count;
}

/* "aid=NAME" among the fields of the mark. */
static void
read_aid(const char *mark, char aid[AID_MOST])
{
	const char *at = strstr(mark, ";aid=");
	size_t count;

	aid[0] = '\0';
	if (at == NULL)
		return;
	count = strcspn(at + 5, ";");
	count = count < AID_MOST ? count : AID_MOST - 1;
	memcpy(aid, at + 5, count);
	aid[count] = '\0';
}

void
entered_open(struct mask_entered *e, int64_t now_us)
{
	struct open_command *command;

	if (e->open_count == COMMANDS_OPEN)
		memmove(e->open, e->open + 1, --e->open_count * sizeof e->open[0]);
	command = &e->open[e->open_count++];
	*command = (struct open_command){ .n = e->n, .since_us = now_us };
	memcpy(command->aid, e->aid, AID_MOST);
}

/* The shell's own line has ended; lines of shells that ran inside of its command are over, too, and nobody said how. */
static void
end(struct mask_entered *e, int64_t now_us)
{
	struct mask_entered_end told = { .n = 0 };
	char aid[AID_MOST], *after;
	size_t i = e->open_count;

	read_aid(e->mark, aid);
	while (i > 0 && aid[0] != '\0' && strcmp(e->open[i - 1].aid, aid) != 0)
		i--;
	if (i == 0)
		return;
	e->open_count = i - 1;
	told.n = e->open[i - 1].n;
	told.took_us = now_us - e->open[i - 1].since_us;
	if (e->mark[5] == ';' && e->mark[6] >= '0' && e->mark[6] <= '9') {
		told.status = (int32_t)strtol(e->mark + 6, &after, 10);
		told.has_status = *after == '\0' || *after == ';';
	}
	e->params.end(e->params.user, &told);
}

void
entered_mark_act(struct mask_entered *e, int64_t now_us)
{
	e->has_mark = false;
	switch (e->mark[sizeof lead - 1]) {
	case 'A':
		read_aid(e->mark, e->aid);
		break;
	case 'B':
		entered_anchor(e);
		e->is_marked = true;
		e->is_afloat = e->is_cancelled = false;
		break;
	case 'C':
		if (e->open_count > 0 && e->waiting_count == 0 && strcmp(e->open[e->open_count - 1].aid, e->aid) == 0)
			e->open[e->open_count - 1].since_us = now_us;
		break;
	case 'D':
		end(e, now_us);
		break;
	default:
		break;
	}
}
