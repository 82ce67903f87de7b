/* SPDX-License-Identifier: ISC */
/*
 * The text of a chain of screen rows, and which cell each of its bytes came from. Rows are chained where a program's line
 * was wrapped, and where a row is full to its last column or the one before, as text folded before it came looks so.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_LINE_H
#define POSTERN_RECORDER_MASK_MASK_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct grid;

#define MASK_LINE_MOST	8192	/* bytes of text */
#define MASK_LINE_CUTS	64	/* boundaries that are not wraps */
#define MASK_CARRY_MOST	3072	/* cells of rows that have left the screen */
#define MASK_CARRY_KEPT	2048	/* of these, when they become too many: as many as can be new */
#define MASK_CARRY_ROW	0xffffu	/* as a row: the cell is in the carry */

/* The beginning of the chain at the top of the screen that has already left it. */
struct mask_carry {
	struct mask_carried {
		uint32_t	glyph, origin;	/* as in a grid's cell; glyph MASK_CARRY_CUT: a boundary that is no wrap */
	}	*cells;
	size_t	 count, size;
	bool	 is_cut;	/* there was more than it takes, */
	bool	 is_inside;	/* and that ended within something covered */
};

#define MASK_CARRY_CUT		UINT32_MAX
#define MASK_CARRY_BLANK	(UINT32_C(1) << 31)	/* a bit: no byte made it */

struct mask_line {
	char		text[MASK_LINE_MOST];
	uint32_t	refs[MASK_LINE_MOST];	/* row << 16 | column */
	size_t		count;
	uint32_t	cuts[MASK_LINE_CUTS];	/* offsets at which a row after a full one begins */
	int		cut_rows[MASK_LINE_CUTS];	/* the rows that begin there */
	size_t		cut_count;
	int		first, last;		/* rows */
	bool		has_carry;
	bool		has_margin;		/* some row after a full one begins with blanks */
};

/* The rows that are chained with `row`. */
void	mask_line_span(const struct grid *grid, int row, int *first, int *last);

/* They are one chain: row and the next. */
bool	mask_line_joins(const struct grid *grid, int row, bool *is_wrap);

/*
 * Text of rows first to last, with the carry before it (NULL: none). `strips`: blanks at the beginning of a row after a full one are
 * left out, as editors put a margin there.
 */
void	mask_line_build(struct mask_line *line, const struct grid *grid, const struct mask_carry *carry, bool strips);

/* Adds columns [from, to) of a row without the blanks at their end. */
void	mask_line_part(struct mask_line *line, const struct grid *grid, int row, int from, int to);

/* A row that leaves goes behind the carry; one that is not joined with the next empties it. */
void	mask_carry_take(struct mask_carry *carry, const struct grid *grid, int row);
void	mask_carry_done(struct mask_carry *carry);

#endif
