/* SPDX-License-Identifier: ISC */
/* The inside of a grid, for the files that make it and for paint.c, which writes it out. Nobody else. */
#ifndef POSTERN_LIB_TERM_GRIDSTATE_H
#define POSTERN_LIB_TERM_GRIDSTATE_H

#include "lib/term/charset.h"
#include "lib/term/grid.h"
#include "lib/term/parser.h"

/* grid_cell.glyph: a code point or a cluster's index, with these marks. */
#define GLYPH_TAIL	(UINT32_C(1) << 31)	/* the right half of a wide character */
#define GLYPH_WIDE	(UINT32_C(1) << 30)
#define GLYPH_CLUSTER	(UINT32_C(1) << 29)	/* the rest is an index in grid.clusters */
#define GLYPH_BREAK	GRID_BREAK
#define GLYPH_VALUE	UINT32_C(0x1fffff)

#define GRID_TABS	((GRID_MOST + 63) / 64)
#define GRID_CLUSTERS	1024

struct grid_row {
	struct grid_cell	*cells;
	uint16_t		 used;	/* cells from here on are blank in the default pen */
	uint16_t		 new_from, new_to, sweep;	/* if is_new: columns written since it was seen; where the last writing ended */
	bool			 is_wrapped;
	bool			 is_new;
	uint32_t		 mark;
};

/* What DECSC keeps; the live one too. */
struct grid_cursor {
	uint16_t	row, col;
	bool		is_pending;	/* the last column was written: the next character wraps first */
	bool		is_origin;
	uint64_t	pen;
	struct charset	charset;
};

/* One of the two screens. */
struct grid_screen {
	struct grid_cell	*block;	/* of all its cells; NULL until it is used */
	struct grid_row		*rows;
	struct grid_cursor	 saved;
	bool			 has_saved;
	uint8_t			 key_levels;	/* pushed kitty keyboard modes */
};

struct grid_cluster {
	uint32_t	chars[GRID_CHARS];
};

struct grid {
	struct grid_row		*row;	/* of the screen shown */
	uint16_t		 cols, rows;
	uint16_t		 top, bottom, left, right;	/* margins, inclusive */
	struct grid_cursor	 cursor;
	uint32_t		 modes;		/* enum grid_mode; GRID_ORIGIN is in the cursor */
	uint32_t		 kept_modes;	/* by XTSAVE */
	uint64_t		 place;		/* of the byte at work */
	uint64_t		 moves;
	uint32_t		 last;		/* character and GLYPH_BREAK, for REP; 0 if none */
	uint8_t			 shown;		/* 0 primary, 1 alternate */
	uint8_t			 alternate_by;	/* 47, 1047 or 1049 as 0, 1, 2 */
	uint8_t			 cursor_shape;	/* DECSCUSR */
	uint8_t			 other_keys;	/* modifyOtherKeys */
	struct grid_screen	 screens[2];
	struct grid_cluster	*clusters;
	uint16_t		 cluster_count, cluster_room;
	uint64_t		 cluster_rest;	/* no search for unused clusters before this place */
	uint64_t		 tabs[GRID_TABS];
	char			*title;
	struct grid_watch	 watch;
	uint32_t		 jumps;
	uint32_t		 last_origin;	/* of `last` */
	uint32_t		 glyph_marks;	/* GLYPH_BREAK or 0, for the character at work */
	grid_leave		*leave;		/* NULL: nobody wants to know */
	void			*leave_user;
	struct parser		 parser;
};

/* Tells that rows 0 to count - 1 are about to leave. */
void	grid_tell_leave(struct grid *g, int count);

/* gridwatch.c: tells of rows [from, to] (clamped) if something in them is new. */
void	grid_look(struct grid *g, int from, int to);
void	grid_look_before_leave(struct grid *g, int count);	/* rows at the top scroll away */
void	grid_look_before_put(struct grid *g, int col, int count);	/* in the cursor's row */
void	grid_look_before_erase(struct grid *g, int row, int from, int to);
void	grid_mark_new(struct grid *g, int row);		/* all of it */
void	grid_tell_string(struct grid *g);

/* gridput.c: characters. */
void	grid_put_text(struct grid *g, const uint8_t *text, size_t count);
void	grid_put_char(struct grid *g, uint32_t character);
void	grid_put_again(struct grid *g, int times);	/* REP */

/* gridmove.c: the cursor, erasing and moving of cells. All coordinates are already inside. */
void	grid_blank(struct grid *g, int row, int from, int to);		/* [from, to) with the pen's background */
void	grid_blank_rows(struct grid *g, int from, int to);		/* [from, to) */
void	grid_unsplit(struct grid *g, int row, int col);			/* a wide character across col becomes blank */
void	grid_go(struct grid *g, int row, int col);			/* clamps; ends a pending wrap */
void	grid_scroll(struct grid *g, int top, int count);		/* rows [top, bottom] up, or down if below 0 */
void	grid_shift(struct grid *g, int row, int col, int count);	/* cells from col left, or right if below 0 */
void	grid_line_feed(struct grid *g);
void	grid_reverse_feed(struct grid *g);
void	grid_tab(struct grid *g, int times);				/* below 0: back */
bool	grid_in_sides(const struct grid *g);				/* the cursor is between left and right margin */

/* gridmode.c: modes, screens, saved cursors, resets. */
void	grid_set_mode(struct grid *g, const struct parser_csi *csi, bool on);
void	grid_keep_modes(struct grid *g, const struct parser_csi *csi, bool restore);
void	grid_save_cursor(struct grid *g);
void	grid_restore_cursor(struct grid *g);
void	grid_reset(struct grid *g, bool is_hard);
void	grid_reset_margins(struct grid *g);
void	grid_default_tabs(struct grid *g);
void	grid_show(struct grid *g, int screen);	/* 0 or 1 */

/* gridcsi.c: sequences. */
void	grid_do_control(struct grid *g, uint8_t byte);
void	grid_do_escape(struct grid *g, char inter, uint8_t byte);
void	grid_do_csi(struct grid *g, const struct parser_csi *csi);

/* grid.c: memory. */
void	grid_screen_make(struct grid *g, int screen);

/* The bit of a DEC private mode number, and back; 0 if it is none of ours. */
uint32_t	grid_mode_bit(int number);
int		grid_mode_number(uint32_t bit);

#endif
