/* SPDX-License-Identifier: ISC */
/* What a grid remembers besides cells: modes, margins, saved cursors, which screen is shown; and the resets. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/term/gridstate.h"
#include "lib/term/pen.h"

#define MOUSE	(GRID_MOUSE_X10 | GRID_MOUSE_CLICK | GRID_MOUSE_DRAG | GRID_MOUSE_MOVE)

struct mode {
	int16_t		number;
	uint32_t	bit;
};

/* DEC private modes that only set a bit. The others are in set_private(). */
/* clang-format off */
static const struct mode modes[] = {
	{ 1, GRID_CURSOR_KEYS },	{ 5, GRID_REVERSE },		{ 7, GRID_WRAP },
	{ 9, GRID_MOUSE_X10 },		{ 12, GRID_BLINK },		{ 25, GRID_VISIBLE },
	{ 45, GRID_BACK_WRAP },		{ 66, GRID_KEYPAD },		{ 69, GRID_SIDES },
	{ 1000, GRID_MOUSE_CLICK },	{ 1002, GRID_MOUSE_DRAG },	{ 1003, GRID_MOUSE_MOVE },
	{ 1004, GRID_FOCUS },		{ 1005, GRID_MOUSE_UTF8 },	{ 1006, GRID_MOUSE_SGR },
	{ 1015, GRID_MOUSE_URXVT },	{ 1016, GRID_MOUSE_PIXELS },	{ 2004, GRID_PASTE },
	{ 2026, GRID_SYNC },
};
/* clang-format on */

#define MODES	(sizeof modes / sizeof modes[0])

uint32_t
grid_mode_bit(int number)
{
	for (size_t i = 0; i < MODES; i++)
		if (modes[i].number == number)
			return modes[i].bit;
	return 0;
}

int
grid_mode_number(uint32_t bit)
{
	for (size_t i = 0; i < MODES; i++)
		if (modes[i].bit == bit)
			return modes[i].number;
	return 0;
}

void
grid_reset_margins(struct grid *g)
{
	g->top = g->left = 0;
	g->bottom = (uint16_t)(g->rows - 1);
	g->right = (uint16_t)(g->cols - 1);
}

void
grid_default_tabs(struct grid *g)
{
	for (int i = 0; i < GRID_TABS; i++)
		g->tabs[i] = UINT64_C(0x0101010101010101);
}

void
grid_save_cursor(struct grid *g)
{
	g->screens[g->shown].saved = g->cursor;
	g->screens[g->shown].has_saved = true;
}

static bool
is_between(int least, int value, int most)
{
	return least <= value && value <= most;
}

void
grid_restore_cursor(struct grid *g)
{
	struct grid_screen *s = &g->screens[g->shown];

	if (s->has_saved)
		g->cursor = s->saved;
	else
		g->cursor = (struct grid_cursor){ .charset = CHARSET_DEFAULT };
	if (g->cursor.col < g->cols - 1 && g->cursor.col != g->right)
		g->cursor.is_pending = false;	/* the screen has another shape now */
	if (g->cursor.is_origin && !is_between(g->top, g->cursor.row, g->bottom))
		grid_go(g, g->top, g->cursor.col);
	if (g->cursor.is_origin && !is_between(g->left, g->cursor.col, g->right))
		grid_go(g, g->cursor.row, g->left);
}

void
grid_show(struct grid *g, int screen)
{
	if (g->shown == screen)
		return;
	if (g->screens[screen].block == NULL)
		grid_screen_make(g, screen);
	g->shown = (uint8_t)screen;
	g->row = g->screens[screen].rows;
	g->moves++;
}

static void
set_alternate(struct grid *g, int number, bool on)
{
	grid_look(g, 0, g->rows - 1);
	g->jumps++;
	if (number == 1049 && on)
		grid_save_cursor(g);
	if (g->shown == 0)
		g->alternate_by = number == 1049 ? 2 : number == 1047 ? 1 : 0;
	if (on || number != 47) {
		if (on || g->shown == 1)
			grid_show(g, 1);
		if (number != 47 && g->shown == 1)
			grid_blank_rows(g, 0, g->rows);
	}
	if (!on)
		grid_show(g, 0);
	if (number == 1049 && !on)
		grid_restore_cursor(g);
}

static void
set_bit(struct grid *g, uint32_t bit, bool on)
{
	if ((bit & MOUSE) != 0)		/* one replaces another, and any of them ends all */
		g->modes &= ~(uint32_t)MOUSE;
	g->modes = on ? g->modes | bit : g->modes & ~bit;
	if (bit == GRID_SIDES && !on) {
		g->left = 0;
		g->right = (uint16_t)(g->cols - 1);
	}
}

static void
set_private(struct grid *g, int number, bool on)
{
	switch (number) {
	case 6:
		g->cursor.is_origin = on;
		grid_go(g, on ? g->top : 0, on ? g->left : 0);
		break;
	case 47: case 1047: case 1049:
		set_alternate(g, number, on);
		break;
	case 1048:
		if (on)
			grid_save_cursor(g);
		else
			grid_restore_cursor(g);
		break;
	default:
		set_bit(g, grid_mode_bit(number), on);
		break;
	}
}

void
grid_set_mode(struct grid *g, const struct parser_csi *csi, bool on)
{
	for (unsigned i = 0; i < csi->count; i++) {
		int number = parser_value(csi, i, 0);

		if (csi->prefix == '?')
			set_private(g, number, on);
		else if (number == 4 || number == 20)
			set_bit(g, number == 4 ? GRID_INSERT : GRID_NEWLINE, on);
	}
}

void
grid_keep_modes(struct grid *g, const struct parser_csi *csi, bool restore)
{
	for (unsigned i = 0; i < csi->count; i++) {
		int number = parser_value(csi, i, 0);
		uint32_t bit = grid_mode_bit(number);

		if (number == 6)
			bit = GRID_ORIGIN;
		if (restore && bit != 0)
			set_private(g, number, (g->kept_modes & bit) != 0);
		else
			g->kept_modes = (g->kept_modes & ~bit) | (grid_modes(g) & bit);
	}
}

static void
soft_reset(struct grid *g)
{
	g->modes &= ~(uint32_t)(GRID_INSERT | GRID_CURSOR_KEYS | GRID_KEYPAD | GRID_SIDES);
	g->modes |= GRID_VISIBLE | GRID_WRAP;
	g->cursor.is_origin = false;
	g->cursor.pen = 0;
	g->cursor.charset = CHARSET_DEFAULT;
	g->screens[g->shown].has_saved = false;
	grid_reset_margins(g);
}

void
grid_reset(struct grid *g, bool is_hard)
{
	soft_reset(g);
	if (!is_hard)
		return;
	grid_look(g, 0, g->rows - 1);
	g->modes = g->kept_modes = GRID_MODES_FRESH;
	g->cursor_shape = g->other_keys = 0;
	g->last = 0;
	for (int i = 1; i >= 0; i--) {
		g->screens[i].has_saved = false;
		g->screens[i].key_levels = 0;
		if (g->screens[i].block == NULL)
			continue;
		grid_show(g, i);
		grid_blank_rows(g, 0, g->rows);
	}
	grid_go(g, 0, 0);
	grid_default_tabs(g);
	free(g->title);
	g->title = NULL;
	g->moves++;
}
