/* SPDX-License-Identifier: ISC */
/*
 * Sequences on their way to libvterm, written anew. What it would do wrongly or dangerously is kept here instead: saved
 * cursors, margins, character sets, repetition, which screen is shown.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/term/guardstate.h"
#include "lib/term/pen.h"

#define LARGEST	1000	/* value in a sequence */

/* libvterm has no dim, hidden and overline; its font number carries them through to guard_cell(). */
static void
send_pen(struct guard *g)
{
	unsigned font = ((g->pen & PEN_DIM) != 0 ? 1u : 0) | ((g->pen & PEN_HIDDEN) != 0 ? 2u : 0) |
	    ((g->pen & PEN_OVERLINE) != 0 ? 4u : 0);

	if (buf_len(&g->out) > GUARD_PIECE)
		guard_flush(g);
	(void)pen_write(&g->out, g->pen & ~(PEN_DIM | PEN_HIDDEN | PEN_OVERLINE | PEN_PROTECTED));
	(void)buf_addf(&g->out, "\033[%um", 10 + font);
}

static void
save_cursor(struct guard *g)
{
	g->saved[g->is_alternate] = (struct kept){
		.pos = guard_position(g), .is_origin = g->is_origin, .pen = g->pen, .charset = g->charset,
	};
}

static void
restore_cursor(struct guard *g)
{
	const struct kept *kept = &g->saved[g->is_alternate];

	g->is_origin = kept->is_origin;
	g->pen = kept->pen;
	g->charset = kept->charset;
	guard_send(g, g->is_origin ? "\033[?6h" : "\033[?6l");
	guard_go(g, kept->pos);
	send_pen(g);
}

static void
set_alternate(struct guard *g, int number, bool on)
{
	if (number == 1049 && on)
		save_cursor(g);
	if ((on && (!g->is_alternate || number != 47)) || (!on && g->is_alternate))
		guard_send(g, on ? "\033[?1047h" : "\033[?1047l");
	g->is_alternate = on;
	if (number == 1049 && !on)
		restore_cursor(g);
}

static void
set_private(struct guard *g, int number, bool on)
{
	static const int16_t passed[] = { 1, 5, 6, 7, 12, 25, 69, 1000, 1002, 1003, 1005, 1006, 1015, 2004 };
	char text[16];

	if (number == 47 || number == 1047 || number == 1049) {
		set_alternate(g, number, on);
		return;
	}
	if (number == 1048) {
		if (on)
			save_cursor(g);
		else
			restore_cursor(g);
		return;
	}
	if (number == 6)
		g->is_origin = on;
	if (number == 25)
		g->is_visible = on;
	if (number == 69) {
		g->has_sides = on;
		if (!on) {
			g->left = 0;
			g->right = g->cols - 1;
		}
	}
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
		if (passed[i] != number)
			continue;
		snprintf(text, sizeof text, "\033[?%d%c", number, on ? 'h' : 'l');
		guard_send(g, text);
		if (number == 6 && on && g->has_sides)	/* it goes to the first column, not to the left margin */
			guard_send(g, "\033[H");
	}
}

static void
csi_mode(struct guard *g, const struct parser_csi *csi)
{
	bool on = csi->final == 'h';

	for (unsigned i = 0; i < csi->count; i++) {
		int number = parser_value(csi, i, 0);

		if (csi->prefix == '?')
			set_private(g, number, on);
		else if (number == 4)
			guard_send(g, on ? "\033[4h" : "\033[4l");
		else if (number == 20)
			guard_send(g, on ? "\033[20h" : "\033[20l");
	}
}

/* The sequence as it was, in bounds: at most two values, none above LARGEST. */
static void
csi_pass(struct guard *g, const struct parser_csi *csi)
{
	char text[40] = "\033[";
	size_t at = 2;

	if (csi->prefix != 0)
		text[at++] = csi->prefix;
	for (unsigned i = 0; i < csi->count && i < 2; i++) {
		int value = parser_value(csi, i, -1);

		if (i > 0)
			text[at++] = ';';
		if (value >= 0)
			at += (size_t)snprintf(text + at, 8, "%d", value < LARGEST ? value : LARGEST);
	}
	if (csi->inter != 0)
		text[at++] = csi->inter;
	text[at++] = csi->final;
	text[at] = '\0';
	guard_send(g, text);
}

static void
csi_erase(struct guard *g, const struct parser_csi *csi)
{
	if (parser_value(csi, 0, 0) <= 2)
		csi_pass(g, csi);
}

static void
csi_scroll_down(struct guard *g, const struct parser_csi *csi)
{
	if (csi->count <= 1)
		csi_pass(g, csi);
}

static void
csi_repeat(struct guard *g, const struct parser_csi *csi)
{
	int times = parser_count(csi, 0);
	uint32_t last = g->last;

	for (int i = 0; last != 0 && i < times && i < g->cols; i++)
		guard_put_char(g, last);
}

static void
csi_sgr(struct guard *g, const struct parser_csi *csi)
{
	g->pen = pen_sgr(g->pen, csi);
	send_pen(g);
}

static void
csi_protect(struct guard *g, const struct parser_csi *csi)
{
	guard_send(g, parser_value(csi, 0, 0) == 1 ? "\033[1\"q" : "\033[0\"q");
}

static void
set_margins(struct guard *g, const struct parser_csi *csi, int *first, int *last, int size)
{
	int from = parser_count(csi, 0) - 1;
	int to = parser_value(csi, 1, 0) - 1;
	char text[40];

	if (to < 0 || to >= size)
		to = size - 1;
	if (from >= to)
		return;
	*first = from;
	*last = to;
	snprintf(text, sizeof text, "\033[%d;%d%c\033[H", from + 1, to + 1, csi->final);
	guard_send(g, text);
}

static void
csi_margins(struct guard *g, const struct parser_csi *csi)
{
	set_margins(g, csi, &g->top, &g->bottom, g->rows);
}

static void
csi_sides(struct guard *g, const struct parser_csi *csi)
{
	if (g->has_sides)
		set_margins(g, csi, &g->left, &g->right, g->cols);
	else
		save_cursor(g);
}

static void
csi_restore(struct guard *g, const struct parser_csi *csi)
{
	(void)csi;
	restore_cursor(g);
}

static void
soft_reset(struct guard *g)
{
	VTermPos pos = guard_position(g);

	guard_send(g, "\033[?25h\033[?6l\033[?7h\033[4l\033[?1l\033>\033[r\033[?69h\033[s\033[?69l\033[0\"q");
	g->is_origin = g->has_sides = false;
	g->is_visible = true;
	g->pen = 0;
	g->charset = CHARSET_DEFAULT;
	guard_forget_cursor(g, g->is_alternate);
	guard_reset_margins(g);
	send_pen(g);
	guard_go(g, pos);
}

static void
csi_soft_reset(struct guard *g, const struct parser_csi *csi)
{
	(void)csi;
	soft_reset(g);
}

static void
hard_reset(struct guard *g)
{
	soft_reset(g);
	set_alternate(g, 1047, false);
	guard_forget_cursor(g, 0);
	guard_forget_cursor(g, 1);
	guard_send(g, "\033c");
	guard_flush(g);
	free(g->title);
	g->title = NULL;
	g->last = 0;
}

/* clang-format off */
static const struct {
	char	prefix, inter;
	const char	*finals;
	void	(*function)(struct guard *g, const struct parser_csi *csi);
} sequences[] = {
	{ 0, 0, "ABCDEFGHILMPSXZ@`adefg", csi_pass },
	{ 0, 0, "JK", csi_erase },	{ '?', 0, "JK", csi_erase },	{ 0, 0, "T", csi_scroll_down },
	{ 0, 0, "hl", csi_mode },	{ '?', 0, "hl", csi_mode },	{ 0, 0, "m", csi_sgr },
	{ 0, 0, "b", csi_repeat },	{ 0, 0, "r", csi_margins },	{ 0, 0, "s", csi_sides },
	{ 0, 0, "u", csi_restore },	{ 0, '!', "p", csi_soft_reset },{ 0, '"', "q", csi_protect },
	{ 0, ' ', "q", csi_pass },	{ 0, '\'', "}~", csi_pass },	{ 0, ' ', "@A", csi_pass },
	{ 0, 0, "cn", csi_pass },	{ '>', 0, "c", csi_pass },
};
/* clang-format on */

void
guard_do_csi(struct guard *g, const struct parser_csi *csi)
{
	g->can_join = false;
	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
		if (sequences[i].prefix == csi->prefix && sequences[i].inter == csi->inter &&
		    strchr(sequences[i].finals, csi->final) != NULL) {
			sequences[i].function(g, csi);
			return;
		}
	}
}

void
guard_do_escape(struct guard *g, char inter, uint8_t byte)
{
	char text[3] = { '\033', (char)byte, '\0' };

	g->can_join = false;
	if (inter == '#' && byte == '8') {
		VTermPos home = { 0, 0 };

		guard_send(g, "\033[?6l\033[r\033[?69h\033[s\033[?69l");
		guard_send(g, g->has_sides ? "\033[?69h\033#8" : "\033#8");
		guard_reset_margins(g);
		if (g->is_origin)
			guard_send(g, "\033[?6h");
		guard_go(g, home);
	}
	if (charset_take(&g->charset, inter, byte) || inter != 0)
		return;
	if (byte == '7')
		save_cursor(g);
	else if (byte == '8')
		restore_cursor(g);
	else if (byte == 'c')
		hard_reset(g);
	else if (strchr("DEHM=>", byte) != NULL)
		guard_send(g, text);
}

/* libvterm's own knows no left margin. */
static void
carriage_return(struct guard *g)
{
	VTermPos pos = guard_position(g);

	pos.col = pos.col >= g->left ? g->left : 0;
	guard_go(g, pos);
}

void
guard_do_control(struct guard *g, uint8_t byte)
{
	char text[2] = { (char)byte, '\0' };

	g->can_join = false;
	if (byte == '\r' && g->has_sides)
		carriage_return(g);
	else if (byte >= '\b' && byte <= '\r')
		guard_send(g, text);
	else
		charset_take(&g->charset, 0, byte);
}

