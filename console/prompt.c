/* SPDX-License-Identifier: ISC */
/* Editing one line of UTF-8, and the safe answer as the default. */
#include "config.h"

#include <curses.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "console/console.h"
#include "lib/base/own.h"
#include "lib/base/text.h"

#define KEY_ESCAPE	27
#define CTRL(letter)	((letter) & 0x1f)
#define LINE_LEAST	24	/* columns for typing beside the question; else the question gets a row of its own */

static void
open_prompt(struct console *console, enum prompt_kind kind, const char *label, const char *text)
{
	struct prompt *prompt = &console->prompt;

	prompt->kind = kind;
	snprintf(prompt->label, sizeof prompt->label, "%s", label);
	snprintf(prompt->text, sizeof prompt->text, "%s", text);
	prompt->at = strlen(prompt->text);
}

void
prompt_yes(struct console *console, const char *label, void (*done)(struct console *, const char *))
{
	open_prompt(console, PROMPT_YES, label, "");
	console->prompt.done = done;
}

void
prompt_line(struct console *console, const char *label, const char *text, void (*done)(struct console *, const char *))
{
	open_prompt(console, PROMPT_LINE, label, text);
	console->prompt.done = done;
}

void
prompt_close(struct console *console)
{
	console->prompt.kind = PROMPT_NONE;
}

static void
refuse(struct console *console)
{
	prompt_close(console);
	console->target.set = false;
	console_say(console, INK_DIM, "Nothing was done.");
}

static void
accept(struct console *console)
{
	char text[PROMPT_TEXT + 1];

	snprintf(text, sizeof text, "%s", console->prompt.text);
	prompt_close(console);
	console->prompt.done(console, text);
}

/* Start of the character before, or behind, byte `at`. */
static size_t
before(const char *text, size_t at)
{
	while (at > 0 && ((unsigned char)text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t
behind(const char *text, size_t at)
{
	if (text[at] != '\0')
		at++;
	while (((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void
cut(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, strlen(prompt->text + to) + 1);
	prompt->at = from;
}

static void
insert(struct console *console, wint_t key)
{
	struct prompt *prompt = &console->prompt;
	uint8_t bytes[4];
	size_t count;

	if (!iswprint(key) || (console->theme.ascii && key >= 0x80))
		return;
	count = (size_t)text_encode((uint32_t)key, bytes);
	if (!text_is_clean((const char *)bytes, count) || strlen(prompt->text) + count > PROMPT_TEXT)
		return;
	memmove(prompt->text + prompt->at + count, prompt->text + prompt->at, strlen(prompt->text + prompt->at) + 1);
	memcpy(prompt->text + prompt->at, bytes, count);
	prompt->at += count;
}

static void
cut_word(struct prompt *prompt)
{
	size_t from = prompt->at;

	while (from > 0 && prompt->text[from - 1] == ' ')
		from--;
	while (from > 0 && prompt->text[from - 1] != ' ')
		from--;
	cut(prompt, from, prompt->at);
}

static void
edit_special(struct prompt *prompt, wint_t key)
{
	switch (key) {
	case KEY_LEFT:
		prompt->at = before(prompt->text, prompt->at);
		break;
	case KEY_RIGHT:
		prompt->at = behind(prompt->text, prompt->at);
		break;
	case KEY_HOME:
		prompt->at = 0;
		break;
	case KEY_END:
		prompt->at = strlen(prompt->text);
		break;
	case KEY_BACKSPACE:
		cut(prompt, before(prompt->text, prompt->at), prompt->at);
		break;
	case KEY_DC:
		cut(prompt, prompt->at, behind(prompt->text, prompt->at));
		break;
	default:
		break;
	}
}

static void
edit(struct console *console, wint_t key)
{
	struct prompt *prompt = &console->prompt;

	switch (key) {
	case CTRL('a'):
		prompt->at = 0;
		break;
	case CTRL('e'):
		prompt->at = strlen(prompt->text);
		break;
	case CTRL('u'):
		cut(prompt, 0, prompt->at);
		break;
	case CTRL('w'):
		cut_word(prompt);
		break;
	case CTRL('h'):
	case 0x7f:
		cut(prompt, before(prompt->text, prompt->at), prompt->at);
		break;
	default:
		insert(console, key);
	}
}

void
prompt_key(struct console *console, wint_t key, bool special)
{
	bool enter = !special && (key == '\n' || key == '\r');

	if (!special && (key == KEY_ESCAPE || key == CTRL('c') || key == CTRL('g'))) {
		refuse(console);
	} else if (console->prompt.kind == PROMPT_YES) {
		if (!special && (key == 'y' || key == 'Y'))
			accept(console);
		else if (enter || (!special && (key == 'n' || key == 'N' || key == 'q')))
			refuse(console);
	} else if (enter) {
		accept(console);
	} else if (special) {
		edit_special(&console->prompt, key);
	} else {
		edit(console, key);
	}
}

int
prompt_rows(const struct console *console, int columns)
{
	int label = text_width(console->prompt.label);

	if (console->prompt.kind == PROMPT_LINE)
		return label + LINE_LEAST + 3 > columns ? 2 : 1;
	return console->prompt.kind == PROMPT_YES && label + 9 > columns ? 2 : 1;
}

/* The part of the line around the cursor that fits: byte offset of its first character. */
static size_t
first_shown(const struct prompt *prompt, int width)
{
	size_t from = 0;

	for (;;) {
		AUTO_FREE char *part = strndup(prompt->text + from, prompt->at - from);

		if (part == NULL || text_width(part) < width || from >= prompt->at)
			return from;
		from = behind(prompt->text, from);
	}
}

static void
paint_line(struct console *console, int row, int col, int columns)
{
	struct prompt *prompt = &console->prompt;
	size_t from = first_shown(prompt, columns - col - 1);
	AUTO_FREE char *left = strndup(prompt->text + from, prompt->at - from);

	draw_text(&console->theme, (struct spot){ row, col, columns - col, INK_PLAIN }, prompt->text + from);
	move(row, col + (left != NULL ? text_width(left) : 0));
	curs_set(1);
}

void
prompt_paint(struct console *console, int row)
{
	const struct theme *theme = &console->theme;
	int columns = COLS;
	bool two = prompt_rows(console, columns) == 2;
	int used;

	used = draw_text(theme, (struct spot){ two ? row - 1 : row, 1, columns - 2, INK_ACCENT }, console->prompt.label);
	if (console->prompt.kind == PROMPT_LINE) {
		paint_line(console, row, two ? 1 : used + 2, columns);
		return;
	}
	used = two ? 0 : used + 1;
	used += draw_text(theme, (struct spot){ row, used + 1, 7, INK_BOLD }, "[y/N] ");
	move(row, used + 1);
	curs_set(1);
}
