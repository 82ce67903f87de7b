/* SPDX-License-Identifier: ISC */
/* From cells to text. Every byte of output passes here at least once, so ASCII has a short way. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_line.h"

#define STRIP_MOST	8	/* columns of an editor's margin */
#define CARRY_LEAST	512	/* cells; most lines have fewer */
#define BYTES_MOST	4	/* of one character */
#define CHARACTER	UINT32_C(0x1fffff)

static bool
is_written(const struct grid *grid, int row, int col)
{
	const struct grid_cell *cell = grid_cell(grid, row, col);

	return cell != NULL && cell->glyph != 0 && (cell->glyph & ~GRID_MARKS) != ' ';
}

/* The last column may hold a blank, if what is before it is none: text is folded there, and tables are padded with more. */
bool
mask_line_joins(const struct grid *grid, int row, bool *is_wrap)
{
	int cols = grid_cols(grid);

	*is_wrap = grid_row_wrapped(grid, row);
	if (*is_wrap)
		return true;
	return grid_row_used(grid, row) == cols && (is_written(grid, row, cols - 1) || (grid_cell(grid, row, cols - 1)->glyph != 0 &&
	    is_written(grid, row, cols - 2)));
}

/* Half of what a text can hold on each side: the middle of something very long is seen with both its neighbourhoods. */
void
mask_line_span(const struct grid *grid, int row, int *first, int *last)
{
	int most = MASK_LINE_MOST / 2 / grid_cols(grid);
	bool is_wrap;

	*first = *last = row;
	while (*first > 0 && row - *first < most && mask_line_joins(grid, *first - 1, &is_wrap))
		--*first;
	while (*last + 1 < grid_rows(grid) && *last - row < most && mask_line_joins(grid, *last, &is_wrap))
		++*last;
}

static void
add_char(struct mask_line *line, uint32_t character, uint32_t ref)
{
	uint8_t bytes[BYTES_MOST];
	int count = text_encode(character, bytes);

	for (int i = 0; i < count; i++) {
		line->text[line->count] = (char)bytes[i];
		line->refs[line->count++] = ref;
	}
}

/* Cells of ASCII, of which there are mostly many; how many. */
static int
add_ascii(struct mask_line *line, const struct grid_cell *cells, int most, uint32_t ref)
{
	char *text = line->text + line->count;
	uint32_t *refs = line->refs + line->count, glyph;
	int n = 0;

	for (; n < most && (glyph = cells[n].glyph & ~GRID_MARKS) < 0x80; n++) {
		text[n] = glyph != 0 ? (char)glyph : ' ';
		refs[n] = ref + (uint32_t)n;
	}
	line->count += (size_t)n;
	return n;
}

void
mask_line_part(struct mask_line *line, const struct grid *grid, int row, int from, int to)
{
	int end = grid_row_used(grid, row) < to ? grid_row_used(grid, row) : to;
	const struct grid_cell *cells = grid_cell(grid, row, 0);
	uint32_t ref = (uint32_t)row << 16;
	uint32_t chars[GRID_CHARS];

	while (end > from && cells[end - 1].glyph == 0)
		end--;
	if (line->count + (size_t)(end - from) * BYTES_MOST > MASK_LINE_MOST)
		end = from + (int)((MASK_LINE_MOST - line->count) / BYTES_MOST);
	for (int col = from; col < end; col++) {
		col += add_ascii(line, &cells[col], end - col, ref | (uint32_t)col);
		if (col < end && grid_cell_chars(grid, &cells[col], chars) > 0)
			add_char(line, chars[0], ref | (uint32_t)col);
	}
}

static void
add_cut(struct mask_line *line, int row)
{
	if (line->cut_count == MASK_LINE_CUTS)
		return;
	line->cut_rows[line->cut_count] = row;
	line->cuts[line->cut_count++] = (uint32_t)line->count;
}

static int
margin(const struct grid *grid, int row)
{
	int used = grid_row_used(grid, row), col = 0;

	while (col < used && col < STRIP_MOST) {
		uint32_t glyph = grid_cell(grid, row, col)->glyph & ~GRID_MARKS;

		if (glyph != 0 && glyph != ' ')
			break;
		col++;
	}
	return col;
}

static void
add_carry(struct mask_line *line, const struct mask_carry *carry)
{
	for (size_t i = 0; i < carry->count && line->count + BYTES_MOST <= MASK_LINE_MOST / 2; i++) {
		if (carry->cells[i].glyph == MASK_CARRY_CUT)
			add_cut(line, line->first);
		else
			add_char(line, carry->cells[i].glyph & CHARACTER, MASK_CARRY_ROW << 16 | (uint32_t)i);
	}
}

void
mask_line_build(struct mask_line *line, const struct grid *grid, const struct mask_carry *carry, bool strips)
{
	bool is_wrap = true;

	line->count = line->cut_count = 0;
	line->has_margin = false;
	line->has_carry = carry != NULL && carry->count > 0;
	if (line->has_carry)
		add_carry(line, carry);
	for (int row = line->first; row <= line->last; row++) {
		bool is_cut = row > line->first && !is_wrap;

		int left = is_cut ? margin(grid, row) : 0;

		if (is_cut)
			add_cut(line, row);
		line->has_margin = line->has_margin || left > 0;
		mask_line_part(line, grid, row, strips ? left : 0, grid_cols(grid));
		(void)mask_line_joins(grid, row, &is_wrap);
	}
}

static bool
is_covered(const struct mask_carried *cell)
{
	return cell->glyph != MASK_CARRY_CUT && (cell->glyph & GRID_MARKS) != 0;
}

/* Room for a row, and a cut behind it; what is too old goes. */
static void
carry_room(struct mask_carry *carry, size_t count)
{
	if (carry->count + count > MASK_CARRY_MOST) {
		size_t kept = MASK_CARRY_KEPT < carry->count ? MASK_CARRY_KEPT : carry->count;

		kept = kept + count > MASK_CARRY_MOST ? MASK_CARRY_MOST - count : kept;
		carry->is_inside = carry->count > kept && is_covered(&carry->cells[carry->count - kept - 1]);
		memmove(carry->cells, carry->cells + carry->count - kept, kept * sizeof *carry->cells);
		carry->is_cut = true;
		carry->count = kept;
	}
	if (carry->count + count > carry->size) {
		struct mask_carry old = *carry;

		carry->size = carry->count + count <= CARRY_LEAST ? CARRY_LEAST : MASK_CARRY_MOST;
		carry->cells = own_alloc(carry->size * sizeof *carry->cells);
		if (old.count > 0)
			memcpy(carry->cells, old.cells, old.count * sizeof *old.cells);
		mask_carry_done(&old);
	}
}

void
mask_carry_take(struct mask_carry *carry, const struct grid *grid, int row)
{
	const struct grid_cell *cells = grid_cell(grid, row, 0);
	int used = grid_row_used(grid, row);
	uint32_t chars[GRID_CHARS];
	struct mask_carried *at;
	bool is_wrap;

	carry->is_cut = carry->is_cut && carry->count > 0;
	if (!mask_line_joins(grid, row, &is_wrap)) {
		carry->count = 0;
		return;
	}
	carry_room(carry, (size_t)used + 1);
	at = carry->cells + carry->count;
	for (int col = 0; col < used; col++) {
		uint32_t glyph = cells[col].glyph;

		if ((glyph & ~GRID_MARKS) < 0x80 && glyph != 0)
			*at++ = (struct mask_carried){ glyph, cells[col].origin };
		else if (glyph == 0)
			*at++ = (struct mask_carried){ MASK_CARRY_BLANK | ' ', 0 };
		else if (grid_cell_chars(grid, &cells[col], chars) > 0)
			*at++ = (struct mask_carried){ chars[0] | (cells[col].glyph & (GRID_MARKS | GRID_BREAK)), cells[col].origin };
	}
	if (!is_wrap)
		*at++ = (struct mask_carried){ MASK_CARRY_CUT, 0 };
	carry->count = (size_t)(at - carry->cells);
}

void
mask_carry_done(struct mask_carry *carry)
{
	if (carry->cells != NULL)
		sodium_memzero(carry->cells, carry->size * sizeof *carry->cells);
	free(carry->cells);
	*carry = (struct mask_carry){ 0 };
}
