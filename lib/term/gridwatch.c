/* SPDX-License-Identifier: ISC */
/* What is new in rows, and telling of it before it goes. Without a watcher all of this costs one comparison. */
#include "config.h"

#include "lib/term/gridstate.h"

void
grid_watch(struct grid *grid, const struct grid_watch *watch)
{
	grid->watch = *watch;
}

bool
grid_row_is_new(const struct grid *grid, int row)
{
	return row >= 0 && row < grid->rows && grid->row[row].is_new;
}

void
grid_row_seen(struct grid *grid, int row)
{
	if (row >= 0 && row < grid->rows)
		grid->row[row].is_new = false;
}

int
grid_row_used(const struct grid *grid, int row)
{
	return row >= 0 && row < grid->rows ? grid->row[row].used : 0;
}

uint32_t
grid_row_mark(const struct grid *grid, int row)
{
	return row >= 0 && row < grid->rows ? grid->row[row].mark : 0;
}

void
grid_row_set_mark(struct grid *grid, int row, uint32_t mark)
{
	if (row >= 0 && row < grid->rows)
		grid->row[row].mark = mark;
}

void
grid_cell_mark(struct grid *grid, int row, int col, uint32_t marks, bool on)
{
	struct grid_cell *cell;

	if (row < 0 || row >= grid->rows || col < 0 || col >= grid->cols)
		return;
	cell = &grid->row[row].cells[col];
	if (on && cell->glyph != 0)
		cell->glyph |= marks & GRID_MARKS;
	else
		cell->glyph &= ~(marks & GRID_MARKS);
}

void
grid_cells_mark(struct grid *grid, int row, int from, int to, uint32_t marks)
{
	struct grid_cell *cells;

	if (row < 0 || row >= grid->rows || from < 0 || to > grid->cols)
		return;
	cells = grid->row[row].cells;
	for (int col = from; col < to; col++)
		if (cells[col].glyph != 0)
			cells[col].glyph |= marks & GRID_MARKS;
}

bool
grid_in_string(const struct grid *grid, uint64_t *begin)
{
	if (!parser_in_string(&grid->parser))
		return false;
	*begin = grid->place - grid->parser.string_bytes;
	return true;
}

unsigned
grid_unfinished(const struct grid *grid)
{
	return grid->parser.need > 0 ? grid->parser.character_bytes : 0;
}

uint32_t
grid_jumps(const struct grid *grid)
{
	return grid->jumps;
}

void
grid_set_newline(struct grid *grid, bool on)
{
	grid->modes = on ? grid->modes | GRID_NEWLINE : grid->modes & ~(uint32_t)GRID_NEWLINE;
}

/* A row, or one that it is wrapped with. */
static bool
is_new_around(const struct grid *g, int row)
{
	const struct grid_row *line = &g->row[row];

	if (line->is_new)
		return true;
	if (line->is_wrapped && row + 1 < g->rows && line[1].is_new)
		return true;
	return row > 0 && line[-1].is_wrapped && line[-1].is_new;
}

static void
look(struct grid *g, int from, int to, bool is_lost)
{
	bool is_any = false;

	if (g->watch.before == NULL)
		return;
	from = from < 0 ? 0 : from;
	to = to >= g->rows ? g->rows - 1 : to;
	for (int row = from; !is_any && row <= to; row++)
		is_any = is_new_around(g, row);
	if (!is_any)
		return;
	g->watch.before(g->watch.user, from, to, is_lost);
	for (int row = from; row <= to; row++)
		g->row[row].is_new = false;
}

void
grid_look(struct grid *g, int from, int to)
{
	look(g, from, to, true);
}

void
grid_look_before_leave(struct grid *g, int count)
{
	look(g, 0, count - 1, false);
}

static bool
has_text(const struct grid_row *line, int from, int to)
{
	if (to > line->used)
		to = line->used;
	for (int col = from; col < to; col++)
		if (line->cells[col].glyph != 0)
			return true;
	return false;
}

/*
 * Writing over what is new, or starting to write over what was there: else one could complete a text beside a
 * beginning and then take the beginning away. To go on writing where the last writing ended needs no look.
 */
static bool
would_lose(const struct grid *g, const struct grid_row *line, int from, int to)
{
	if (line->is_new && from < line->new_to && to > line->new_from)
		return true;
	if (from >= line->used || (line->is_new && from == line->sweep))
		return false;
	return is_new_around(g, (int)(line - g->row)) && has_text(line, from, to);
}

void
grid_look_before_put(struct grid *g, int col, int count)
{
	struct grid_row *line = &g->row[g->cursor.row];
	int end = col + count;

	if (g->watch.before == NULL)
		return;
	if (would_lose(g, line, col, end))
		grid_look(g, g->cursor.row, g->cursor.row);
	if (!line->is_new || col < line->new_from)
		line->new_from = (uint16_t)col;
	if (!line->is_new || end > line->new_to)
		line->new_to = (uint16_t)end;
	line->is_new = true;
	line->sweep = (uint16_t)end;
}

void
grid_look_before_erase(struct grid *g, int row, int from, int to)
{
	if (g->watch.before != NULL && from < g->row[row].used && is_new_around(g, row) && has_text(&g->row[row], from, to))
		grid_look(g, row, row);
}

void
grid_mark_new(struct grid *g, int row)
{
	struct grid_row *line = &g->row[row];

	line->is_new = true;
	line->new_from = 0;
	line->new_to = g->cols;
	line->sweep = 0;
}

void
grid_tell_string(struct grid *g)
{
	uint64_t end = g->place - 1;

	if (g->watch.string != NULL)
		g->watch.string(g->watch.user, end - g->parser.string_bytes, end);
}
