/* SPDX-License-Identifier: ISC */
/*
 * The recorder's own screen: what a terminal shows after the bytes it was given (xterm's behaviour). Rows and columns
 * count from 0. No input makes it fail; every byte costs at most one scroll of the screen.
 */
#ifndef POSTERN_LIB_TERM_GRID_H
#define POSTERN_LIB_TERM_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct grid;

#define GRID_MOST	500	/* columns and rows; greater sizes become this */
#define GRID_CHARS	6	/* a character and those that join it, in one cell */
#define GRID_TITLE	256	/* bytes, NUL included */

struct grid_cell {
	uint32_t	glyph;	/* 0: blank, never written. Else see grid_cell_chars() */
	uint32_t	origin;	/* low 32 bits of the place of its character's first byte in the stream */
	uint64_t	pen;	/* pen.h */
};

/* Modes that were switched; the bits of grid_modes(). Those of a fresh terminal: GRID_MODES_FRESH. */
enum grid_mode {
	GRID_INSERT = 1 << 0,		/* IRM */
	GRID_NEWLINE = 1 << 1,		/* LNM */
	GRID_CURSOR_KEYS = 1 << 2,	/* ?1 */
	GRID_REVERSE = 1 << 3,		/* ?5 */
	GRID_WRAP = 1 << 4,		/* ?7 */
	GRID_MOUSE_X10 = 1 << 5,	/* ?9 */
	GRID_BLINK = 1 << 6,		/* ?12 */
	GRID_VISIBLE = 1 << 7,		/* ?25: the cursor is */
	GRID_BACK_WRAP = 1 << 8,	/* ?45 */
	GRID_KEYPAD = 1 << 9,		/* ?66, ESC = */
	GRID_SIDES = 1 << 10,		/* ?69: left and right margins */
	GRID_MOUSE_CLICK = 1 << 11,	/* ?1000 */
	GRID_MOUSE_DRAG = 1 << 12,	/* ?1002 */
	GRID_MOUSE_MOVE = 1 << 13,	/* ?1003 */
	GRID_FOCUS = 1 << 14,		/* ?1004 */
	GRID_MOUSE_UTF8 = 1 << 15,	/* ?1005 */
	GRID_MOUSE_SGR = 1 << 16,	/* ?1006 */
	GRID_MOUSE_URXVT = 1 << 17,	/* ?1015 */
	GRID_MOUSE_PIXELS = 1 << 18,	/* ?1016 */
	GRID_PASTE = 1 << 19,		/* ?2004 */
	GRID_SYNC = 1 << 20,		/* ?2026 */
	GRID_ORIGIN = 1 << 21		/* ?6 */
};

#define GRID_MODES_FRESH	((uint32_t)(GRID_WRAP | GRID_VISIBLE))

#define AUTO_GRID __attribute__((cleanup(grid_free_at)))

/* Sizes are brought into 1 to GRID_MOST. Never NULL. */
struct grid		*grid_new(int cols, int rows);
void			 grid_free(struct grid *grid);
void			 grid_free_at(struct grid **grid);	/* for AUTO_GRID only */

void			 grid_write(struct grid *grid, const void *bytes, size_t count);

/*
 * Without reflow: on the primary screen rows leave at the top until what is written fits, on the alternate one at the
 * bottom; columns are cut or come blank. Margins are reset.
 */
void			 grid_resize(struct grid *grid, int cols, int rows);

int			 grid_cols(const struct grid *grid);
int			 grid_rows(const struct grid *grid);

/* NULL outside of the screen. Valid until the next write or resize. */
const struct grid_cell	*grid_cell(const struct grid *grid, int row, int col);

/* 0: the right half of the character at its left; 1; 2: its right half is the next cell. */
int			 grid_cell_width(const struct grid_cell *cell);

/* The code points of a cell: their number, 0 if it is blank or a right half. */
size_t			 grid_cell_chars(const struct grid *grid, const struct grid_cell *cell, uint32_t chars[GRID_CHARS]);

/* A row as UTF-8 without the blanks at its end. 0 or ERR_BUF_FULL. */
int			 grid_row_text(const struct grid *grid, int row, struct buf *out);

/* The whole screen, each row ended by a line feed, without blank rows at the end. */
int			 grid_text(const struct grid *grid, struct buf *out);

/* The row goes on in the next one: a program's line was wrapped here. */
bool			 grid_row_wrapped(const struct grid *grid, int row);

void			 grid_cursor(const struct grid *grid, int *row, int *col);
/* The cursor's own cell was the last to be written, in the last column: the next character wraps first. */
bool			 grid_wraps_next(const struct grid *grid);
uint32_t		 grid_modes(const struct grid *grid);
bool			 grid_is_alternate(const struct grid *grid);
uint64_t		 grid_pen(const struct grid *grid);
const char		*grid_title(const struct grid *grid);	/* clean; "" if none was set */

/* Bytes written since the beginning: the place of the next one. */
uint64_t		 grid_place(const struct grid *grid);

/* True inside an escape sequence or a UTF-8 character: nothing may be put between these bytes. */
bool			 grid_mid_sequence(const struct grid *grid);

/* Changes whenever rows or columns moved to another place: scrolls, insertions, other screen, new size. */
uint64_t		 grid_moves(const struct grid *grid);

/*
 * For those who keep what was shown: `leave` is called for each row that is about to leave the primary screen at its top (whole rows
 * only). It may look at the grid, and change nothing. NULL: no more.
 */
typedef void		 grid_leave(void *user, const struct grid *grid, int row);
void			 grid_on_leave(struct grid *grid, grid_leave *leave, void *user);

/*
 * For those who must have seen everything before it goes (masking). Each row knows whether something came into it since
 * grid_row_seen(); `before` is called for rows [from, to], one of which or of the rows they are wrapped with has something new
 * that is about to be overwritten, erased, moved or torn apart; they count as seen afterwards. `string` tells the places [begin, end) of a
 * string (OSC, DCS, ...) that is over. Both may read the grid, mark and see rows, and change nothing else.
 */
struct grid_watch {
	void	(*before)(void *user, int from, int to, bool is_lost);	/* false: the rows leave at the top, in order */
	void	(*string)(void *user, uint64_t begin, uint64_t end);
	void	 *user;
};

void			 grid_watch(struct grid *grid, const struct grid_watch *watch);
bool			 grid_row_is_new(const struct grid *grid, int row);
void			 grid_row_seen(struct grid *grid, int row);

/* Cells from here on are blank in the default pen. */
int			 grid_row_used(const struct grid *grid, int row);

/* A number that stays with a row until it is blank; 0 at first. */
uint32_t		 grid_row_mark(const struct grid *grid, int row);
void			 grid_row_set_mark(struct grid *grid, int row, uint32_t mark);

/* Marks of a cell, for its keeper: they go where it goes, and end when it is overwritten. */
#define GRID_MARKS	(UINT32_C(7) << 26)	/* three bits of grid_cell.glyph */
#define GRID_MARK(n)	(UINT32_C(1) << (26 + (n)))
#define GRID_BREAK	(UINT32_C(1) << 25)	/* a bit too: its byte ended an unfinished sequence; another byte would go on with it */
void			 grid_cell_mark(struct grid *grid, int row, int col, uint32_t marks, bool on);
void			 grid_cells_mark(struct grid *grid, int row, int from, int to, uint32_t marks);	/* on, in the columns [from, to) */

/* True inside a string; *begin is the place of its first byte. */
bool			 grid_in_string(const struct grid *grid, uint64_t *begin);

/* Bytes of a character whose last has not come yet; 0: none. */
unsigned		 grid_unfinished(const struct grid *grid);

/* How often the cursor went to another row by other means than line feeds and wraps. */
uint32_t		 grid_jumps(const struct grid *grid);

/* A bare line feed also goes to the first column, as the terminal's driver would make it (text that was never on one). */
void			 grid_set_newline(struct grid *grid, bool on);

/* Bytes of memory it holds. */
size_t			 grid_memory(const struct grid *grid);

#endif
