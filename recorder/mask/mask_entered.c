/* SPDX-License-Identifier: ISC */
/* Keys on their way to the session: where a line begins, and which Enter waits for its answer. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_entered_inside.h"

#define ANSWER_US	INT64_C(2000000)	/* an Enter without a line feed for so long entered nothing */
#define EMPTY_US	INT64_C(500000)		/* nor one whose line was empty, if keys were typed */
#define AHEAD_US	INT64_C(600000000)	/* one that was typed ahead waits for the command before it */
#define ESC		0x1b

enum { KEY_CANCEL = 0x03, KEY_EOF = 0x04, KEY_BACK = 0x08, KEY_ACCEPT = 0x0f, KEY_KILL = 0x15, KEY_WORD = 0x17, KEY_STOP = 0x1a, KEY_QUIT = 0x1c,
	KEY_DELETE = 0x7f };

struct mask_entered *
mask_entered_new(const struct mask_entered_params *params)
{
	struct mask_entered *e = own_alloc(sizeof *e);

	e->params = *params;
	e->now = (struct typed){ .is_plain = true, .is_driven = true };
	return e;
}

void
mask_entered_free(struct mask_entered *e)
{
	if (e != NULL)
		sodium_memzero(e, sizeof *e);
	free(e);
}

const struct grid *
mask_entered_grid(const struct mask_entered *e)
{
	return e->params.grid;
}

size_t
mask_entered_memory(const struct mask_entered *e)
{
	return sizeof *e;
}

static void
forget_keys(struct mask_entered *e)
{
	sodium_memzero(&e->now, sizeof e->now);
	e->now.is_plain = e->now.is_driven = true;
}

static void
forget_line(struct mask_entered *e)
{
	e->has_anchor = e->is_marked = e->is_afloat = e->is_cancelled = false;
	e->right_count = 0;
}

static void
drop_waiting(struct mask_entered *e, size_t count)
{
	e->waiting_count -= count;
	memmove(e->waiting, e->waiting + count, e->waiting_count * sizeof e->waiting[0]);
	sodium_memzero(e->waiting + e->waiting_count, count * sizeof e->waiting[0]);
}

/* Enters that nothing answered: a full-screen program took them, or one that reads single keys. */
static void
drop_old(struct mask_entered *e, int64_t now_us)
{
	const struct typed *first = &e->waiting[0];

	if (e->waiting_count == 0 || now_us - first->t_us < (first->was_empty ? EMPTY_US : first->is_ahead ? AHEAD_US : ANSWER_US))
		return;
	drop_waiting(e, e->waiting_count);
	forget_line(e);
}

/* The line's first key: here it begins. What is typed before the line before it was answered begins somewhere else. */
static void
begin(struct mask_entered *e)
{
	bool is_first = !e->now.has_keys && e->waiting_count == 0;

	e->now.has_keys = true;
	if (!is_first)
		return;
	if (!e->is_marked) {
		entered_anchor(e);
		e->is_afloat = false;
	}
	entered_right(e);
}

static void
add_char(struct mask_entered *e, uint8_t byte)
{
	begin(e);
	if (e->now.count == TYPED_MOST)
		e->now.is_plain = false;
	else
		e->now.text[e->now.count++] = (char)byte;
}

static void
take_back(struct typed *typed, uint8_t key)
{
	size_t count = typed->count;

	if (key == KEY_KILL)
		count = 0;
	while (key == KEY_WORD && count > 0 && typed->text[count - 1] == ' ')
		count--;
	while (key == KEY_WORD && count > 0 && typed->text[count - 1] != ' ')
		count--;
	if ((key == KEY_BACK || key == KEY_DELETE) && count > 0)
		while (--count > 0 && ((uint8_t)typed->text[count] & 0xc0) == 0x80)
			;
	typed->count = count;
}

static void
enter(struct mask_entered *e, int64_t now_us)
{
	begin(e);
	if (e->waiting_count == ENTERS_WAITING)
		drop_waiting(e, 1);
	e->now.t_us = now_us;
	e->now.is_ahead = e->waiting_count > 0;
	e->waiting[e->waiting_count++] = e->now;
	forget_keys(e);
}

static void
take_control(struct mask_entered *e, uint8_t byte, enum mask_tty tty, int64_t now_us)
{
	switch (byte) {
	case '\r':
	case '\n':
		if (e->is_paste) {	/* the program puts a row below this one */
			e->now.is_plain = false;
			e->now.rows++;
		} else
			enter(e, now_us);
		break;
	case KEY_ACCEPT:	/* bash and zsh: enters the line and shows the next one of the history */
		if (tty == MASK_TTY_RAW)
			enter(e, now_us);
		break;
	case KEY_CANCEL:
	case KEY_EOF:
	case KEY_STOP:
	case KEY_QUIT:
		e->is_cancelled = true;
		if (byte != KEY_EOF)
			forget_keys(e);
		break;
	case KEY_BACK:
	case KEY_DELETE:
	case KEY_KILL:
	case KEY_WORD:
		begin(e);
		take_back(&e->now, byte);
		break;
	default:
		begin(e);
		e->now.is_plain = false;
	}
}

/* What terminals send by themselves, or when they are asked: no key. */
static bool
is_report(const uint8_t *sequence, size_t count)
{
	return count > 2 && sequence[1] == '[' && (strchr("?<>=", sequence[2]) != NULL || strchr("RcntyIOM", sequence[count - 1]) != NULL);
}

static void
end_sequence(struct mask_entered *e)
{
	static const uint8_t paste[] = "\033[200~", pasted[] = "\033[201~";
	const size_t count = e->sequence_count;

	e->sequence_count = 0;
	if (count == sizeof paste - 1 && memcmp(e->sequence, paste, count) == 0) {
		begin(e);
		e->is_paste = true;
	} else if (count == sizeof pasted - 1 && memcmp(e->sequence, pasted, count) == 0) {
		e->is_paste = false;
	} else if (!is_report(e->sequence, count)) {
		begin(e);
		e->now.is_plain = false;
	}
}

/* Goes on with what ESC has begun. */
static void
take_sequence(struct mask_entered *e, uint8_t byte)
{
	if (e->in_string) {
		e->in_string = byte != 0x07 && byte != '\\' && e->sequence_count++ < MASK_ENTERED_MOST;
		e->sequence_count = e->in_string ? e->sequence_count : 0;
		return;
	}
	if (e->sequence_count == sizeof e->sequence)
		e->sequence_count--;
	e->sequence[e->sequence_count++] = byte;
	if (e->sequence_count == 2 && byte != '\0' && strchr("]P_^", byte) != NULL)
		e->in_string = true;
	else if (e->sequence_count == 2 && (byte == '[' || byte == 'O'))
		return;
	else if (e->sequence_count == 2 || e->sequence[1] == 'O' || byte >= 0x40 || byte < 0x20)
		end_sequence(e);
}

/* vim, less: their screen has no lines; and where it ends, another line begins. */
static bool
is_elsewhere(struct mask_entered *e)
{
	if (grid_is_alternate(e->params.grid) != e->is_alternate) {
		e->is_alternate = !e->is_alternate;
		forget_keys(e);
		forget_line(e);
		drop_waiting(e, e->waiting_count);
	}
	return e->is_alternate;
}

void
mask_entered_typed(struct mask_entered *e, const uint8_t *bytes, size_t count, enum mask_tty tty, int64_t now_us)
{
	bool is_away = is_elsewhere(e) || tty == MASK_TTY_BLIND;

	drop_old(e, now_us);
	if (is_away) {
		forget_keys(e);
		e->sequence_count = 0;
		e->in_string = false;
		return;
	}
	e->now.is_driven = e->now.is_driven && tty == MASK_TTY_ECHO;
	for (size_t i = 0; i < count; i++) {
		if (e->sequence_count > 0)
			take_sequence(e, bytes[i]);
		else if (bytes[i] == ESC)
			e->sequence[e->sequence_count++] = ESC;
		else if (bytes[i] < 0x20 || bytes[i] == KEY_DELETE)
			take_control(e, bytes[i], tty, now_us);
		else
			add_char(e, bytes[i]);
	}
}

static bool
is_mark(const char *at)
{
	return *at == '*' || strncmp(at, "\u2022", 3) == 0 || strncmp(at, "\u25cf", 3) == 0;
}

/* A prompt for a password that shows a mark for each key: its length is nobody's business. */
static bool
is_marks(const char *text)
{
	while (*text != '\0' && is_mark(text))
		text += *text == '*' ? 1 : 3;
	return *text == '\0';
}

static void
tell(struct mask_entered *e, int64_t t_us)
{
	struct mask_entered_line line = { .t_us = t_us, .text = e->text, .count = e->count };

	if (e->count == 0 || is_marks(e->text))
		return;
	line.n = ++e->n;
	if (e->is_marked)
		entered_open(e, t_us);
	e->params.line(e->params.user, &line);
}

/* Nobody has typed anything, or what was typed stands there. */
static bool
is_answer(struct mask_entered *e, struct typed *typed)
{
	bool is_strict = typed->is_ahead || typed->was_empty;
	bool is_found = entered_find(e, typed, is_strict);
	size_t rows = 0;

	for (const char *at = e->text; (at = strchr(at, '\n')) != NULL; at++)
		rows++;
	if (rows < typed->rows)	/* they are being shown: this is no answer yet */
		return false;
	if (is_strict || e->count > 0)
		return is_found;
	typed->was_empty = !typed->is_plain || typed->count > 0;
	return !typed->was_empty;
}

/* A line feed is about to be shown: of the Enters that wait, this may be an answer. */
static void
answer(struct mask_entered *e)
{
	size_t i = 0;

	if (is_elsewhere(e))
		return;
	while (i < e->waiting_count && !is_answer(e, &e->waiting[i]))
		i++;
	if (i < e->waiting_count) {
		tell(e, e->waiting[i].t_us);
		drop_waiting(e, i + 1);
		forget_line(e);
	} else if (e->is_cancelled) {
		forget_line(e);
	} else {
		e->is_afloat = true;
	}
	sodium_memzero(e->text, sizeof e->text);
}

/*
 * Bytes of what answers an Enter, at the beginning of these: a line feed, with the returns around it, or the end of bracketed paste,
 * which zsh says first, and sometimes alone.
 */
static size_t
answer_bytes(const uint8_t *bytes, size_t count)
{
	static const uint8_t paste_off[] = "\033[?2004l";
	bool has_feed = false;
	size_t run = 0;

	if (count >= sizeof paste_off - 1 && memcmp(bytes, paste_off, sizeof paste_off - 1) == 0)
		return sizeof paste_off - 1;
	for (; run < count && (bytes[run] == '\r' || bytes[run] == '\n'); run++)
		has_feed = has_feed || bytes[run] == '\n';
	return has_feed ? run : 0;
}

size_t
mask_entered_piece(struct mask_entered *e, const uint8_t *bytes, size_t count, int64_t now_us)
{
	size_t run, i;

	drop_old(e, now_us);
	if (e->waiting_count == 0 && !e->is_cancelled) {
		e->is_afloat = e->is_afloat || (e->has_anchor && memchr(bytes, '\n', count) != NULL);
		return entered_mark_scan(e, bytes, count);
	}
	run = answer_bytes(bytes, count);
	if (run > 0)
		answer(e);
	for (i = run; run == 0 && i < count && (i == 0 || answer_bytes(bytes + i, count - i) == 0);)
		i++;
	return entered_mark_scan(e, bytes, i);
}

void
mask_entered_shown(struct mask_entered *e, int64_t now_us)
{
	if (e->has_mark)
		entered_mark_act(e, now_us);
}

const char *
mask_entered_now(struct mask_entered *e, enum mask_tty tty)
{
	if (tty == MASK_TTY_BLIND || is_elsewhere(e) || !entered_find(e, &e->now, false) || e->count == 0)
		return NULL;
	return e->text;
}
