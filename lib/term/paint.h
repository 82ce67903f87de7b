/* SPDX-License-Identifier: ISC */
/*
 * A grid as bytes for a real terminal of the same size. None of them uses the terminal's own saved cursor, which
 * belongs to the program. All return 0 or ERR_BUF_FULL.
 */
#ifndef POSTERN_LIB_TERM_PAINT_H
#define POSTERN_LIB_TERM_PAINT_H

struct buf;
struct grid;

#define PAINT_MOST	(32u << 20)	/* bytes that no painting of a grid exceeds */

/*
 * For a terminal that got the same bytes as the grid, but whose cells were overdrawn by us. Not while
 * grid_mid_sequence(): repaint one row, or all of them.
 */
int	paint_row(const struct grid *grid, int row, struct buf *out);
int	paint_rows(const struct grid *grid, struct buf *out);

/*
 * For a person's terminal before a session: makes it what a new grid of this size is, with the cursor at home. What was
 * there goes into its scrollback. Without this a grid does not know where the cursor is, and nothing else here works.
 */
int	paint_fresh(int rows, struct buf *out);

/*
 * For a fresh terminal (after RIS, or a new grid): makes it what the grid is, with modes, margins, tab stops, saved
 * cursors, and the primary screen behind the alternate one. What cannot be written: the character for REP, pushed
 * keyboard modes, which rows were wrapped.
 */
int	paint_whole(const struct grid *grid, struct buf *out);

/*
 * For a person's terminal of which nothing is known but its size, which is the grid's: what a session that was cut off may
 * have left in it is switched off, what stood there goes into the scrollback, and then it is made what the grid is.
 */
int	paint_anew(const struct grid *grid, struct buf *out);

/*
 * For a terminal that a session leaves behind: ends an open sequence and takes back what the session switched on (the
 * alternate screen, mouse and paste modes, margins, character sets, colours, a hidden cursor), and only that.
 */
int	paint_sane(const struct grid *grid, struct buf *out);

/*
 * Brackets around one's own drawing by absolute position (CUP), as paint_row() uses them: the first makes the terminal
 * neutral, the second gives the program its cursor, pen and modes back. The text of the row that waits to wrap is
 * written again by the second, unless `last_column` gives what to write there instead (may be NULL).
 */
int	paint_begin(const struct grid *grid, struct buf *out);
int	paint_end(const struct grid *grid, const char *last_column, struct buf *out);

#endif
