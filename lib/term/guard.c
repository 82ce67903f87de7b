/* SPDX-License-Identifier: ISC */
/* Recorded bytes in, pieces of harmless sequences out. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/guard.h"
#include "lib/term/guardstate.h"

void
guard_flush(struct guard *g)
{
	if (buf_len(&g->out) > 0)
		vterm_input_write(g->vt, (const char *)buf_data(&g->out), buf_len(&g->out));
	buf_clear(&g->out);
}

void
guard_send(struct guard *g, const char *text)
{
	if (buf_len(&g->out) + strlen(text) > GUARD_PIECE)
		guard_flush(g);
	(void)buf_add_text(&g->out, text);	/* fits: GUARD_PIECE is far below its maximum */
}

VTermPos
guard_position(struct guard *g)
{
	VTermPos pos;

	guard_flush(g);
	vterm_state_get_cursorpos(g->state, &pos);
	return pos;
}

void
guard_go(struct guard *g, VTermPos pos)
{
	char text[40];
	int row = pos.row < g->rows ? pos.row : g->rows - 1;
	int col = pos.col < g->cols ? pos.col : g->cols - 1;

	if (g->is_origin) {
		row -= g->top;
		col -= g->left;
	}
	snprintf(text, sizeof text, "\033[%d;%dH", row < 0 ? 1 : row + 1, col < 0 ? 1 : col + 1);
	guard_send(g, text);
}

void
guard_reset_margins(struct guard *g)
{
	g->top = g->left = 0;
	g->bottom = g->rows - 1;
	g->right = g->cols - 1;
}

void
guard_forget_cursor(struct guard *g, int screen)
{
	g->saved[screen] = (struct kept){ .charset = CHARSET_DEFAULT };
}

static void
do_osc(struct guard *g)
{
	const char *text = g->parser.string;
	size_t count = g->parser.string_count;

	g->can_join = false;
	if (count < 2 || (text[0] != '0' && text[0] != '2') || text[1] != ';')
		return;
	free(g->title);
	g->title = text_clean(text + 2, count - 2);
}

void
guard_write(struct guard *guard, const void *bytes, size_t count)
{
	const uint8_t *at = bytes, *end = at + count;
	struct parser *p = &guard->parser;
	enum parser_event event;

	while ((event = parser_next(p, &at, end)) != PARSER_END) {
		switch (event) {
		case PARSER_TEXT:
			guard_put_text(guard, p->text, p->text_count);
			break;
		case PARSER_CHAR:
			guard_put_char(guard, p->character);
			break;
		case PARSER_CONTROL:
			guard_do_control(guard, p->byte);
			break;
		case PARSER_ESC:
			guard_do_escape(guard, p->csi.inter, p->byte);
			break;
		case PARSER_CSI:
			guard_do_csi(guard, &p->csi);
			break;
		case PARSER_OSC:
			do_osc(guard);
			break;
		case PARSER_STRING:
		case PARSER_END:
			break;
		}
	}
	guard_flush(guard);
}

static int
clamp_size(int size)
{
	return size < 1 ? 1 : size > GRID_MOST ? GRID_MOST : size;
}

static void
on_answer(const char *bytes, size_t count, void *user)
{
	struct guard *g = user;

	if (g->answers != NULL)
		(void)buf_add(g->answers, bytes, count);	/* one too many is lost, as on a slow line */
}

struct guard *
guard_new(int cols, int rows)
{
	struct guard *g = own_alloc(sizeof *g);

	g->cols = clamp_size(cols);
	g->rows = clamp_size(rows);
	g->vt = vterm_new(g->rows, g->cols);
	vterm_set_utf8(g->vt, 1);
	vterm_output_set_callback(g->vt, on_answer, g);
	g->state = vterm_obtain_state(g->vt);
	g->screen = vterm_obtain_screen(g->vt);
	vterm_screen_enable_altscreen(g->screen, 1);
	vterm_screen_reset(g->screen, 1);
	parser_init(&g->parser);
	buf_init(&g->out, 4 * GUARD_PIECE);
	g->is_visible = true;
	g->charset = CHARSET_DEFAULT;
	guard_forget_cursor(g, 0);
	guard_forget_cursor(g, 1);
	guard_reset_margins(g);
	return g;
}

void
guard_free(struct guard *guard)
{
	if (guard == NULL)
		return;
	vterm_free(guard->vt);
	if (guard->ruler != NULL)
		vterm_free(guard->ruler);
	buf_done(&guard->out);
	free(guard->title);
	free(guard);
}

/* Margins go before the size changes: libvterm would keep those that lie outside of the new screen. */
void
guard_resize(struct guard *guard, int cols, int rows)
{
	bool has_margins = guard->top > 0 || guard->bottom < guard->rows - 1 || guard->left > 0 ||
	    guard->right < guard->cols - 1;
	VTermPos pos = guard_position(guard);

	if (clamp_size(cols) == guard->cols && clamp_size(rows) == guard->rows)
		return;
	if (has_margins) {
		guard_send(guard, guard->has_sides ? "\033[r\033[s" : "\033[r");
		guard_reset_margins(guard);
		guard_go(guard, pos);
		guard_flush(guard);
	}
	guard->cols = clamp_size(cols);
	guard->rows = clamp_size(rows);
	guard_reset_margins(guard);
	guard->can_join = false;
	vterm_set_size(guard->vt, guard->rows, guard->cols);
	pos = guard_position(guard);
	if (pos.row < 0 || pos.row >= guard->rows || pos.col < 0 || pos.col >= guard->cols) {
		guard_go(guard, pos);	/* rows that left at the top took the cursor with them, to below zero */
		guard_flush(guard);
	}
}

int
guard_cols(const struct guard *guard)
{
	return guard->cols;
}

int
guard_rows(const struct guard *guard)
{
	return guard->rows;
}

void
guard_cursor(const struct guard *guard, int *row, int *col, bool *is_visible)
{
	VTermPos pos;

	vterm_state_get_cursorpos(guard->state, &pos);
	*row = pos.row;
	*col = pos.col;
	*is_visible = guard->is_visible;
}

bool
guard_is_alternate(const struct guard *guard)
{
	return guard->is_alternate;
}

const char *
guard_title(const struct guard *guard)
{
	return guard->title != NULL ? guard->title : "";
}

void
guard_answer(struct guard *guard, struct buf *out)
{
	guard->answers = out;
}
