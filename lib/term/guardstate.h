/* SPDX-License-Identifier: ISC */
/* The inside of a guard, for the files that make it. */
#ifndef POSTERN_LIB_TERM_GUARDSTATE_H
#define POSTERN_LIB_TERM_GUARDSTATE_H

#include <vterm.h>

#include "lib/base/buf.h"
#include "lib/term/charset.h"
#include "lib/term/parser.h"

#define GUARD_PIECE	3072	/* libvterm keeps each piece on its stack */
#define GUARD_WIDTHS	1024	/* remembered measurements */

struct kept {
	VTermPos	pos;
	bool		is_origin;
	uint64_t	pen;
	struct charset	charset;
};

struct measured {
	uint32_t	character;
	int8_t		width;
};

struct guard {
	VTerm			*vt;
	VTermState		*state;
	VTermScreen		*screen;
	VTerm			*ruler;		/* a line to measure characters on */
	struct measured		 widths[GUARD_WIDTHS];
	struct parser		 parser;
	struct buf		 out;
	struct buf		*answers;
	char			*title;
	int			 cols, rows;
	int			 top, bottom, left, right;
	uint64_t		 pen;
	struct charset		 charset;
	struct kept		 saved[2];
	bool			 is_origin, has_sides, is_alternate, is_visible;
	bool			 can_join;	/* the last thing written was a character */
	uint32_t		 last;
};

/* guard.c: what libvterm is given, in pieces. */
void		guard_flush(struct guard *g);
void		guard_send(struct guard *g, const char *text);
VTermPos	guard_position(struct guard *g);		/* libvterm's cursor, after a flush */
void		guard_go(struct guard *g, VTermPos pos);	/* clamped into the screen */
void		guard_reset_margins(struct guard *g);
void		guard_forget_cursor(struct guard *g, int screen);

/* guardput.c: characters, with libvterm's widths made to agree with ours. */
void		guard_put_text(struct guard *g, const uint8_t *text, size_t count);
void		guard_put_char(struct guard *g, uint32_t character);
uint32_t	guard_undisguise(uint32_t character);

/* guardcsi.c: sequences; those without a row in its table do nothing. */
void		guard_do_control(struct guard *g, uint8_t byte);
void		guard_do_escape(struct guard *g, char inter, uint8_t byte);
void		guard_do_csi(struct guard *g, const struct parser_csi *csi);

#endif
