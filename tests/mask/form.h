/* SPDX-License-Identifier: ISC */
/* The ways in which a value comes to a screen: each form makes a script of writes with the value in it. */
#ifndef POSTERN_TESTS_MASK_FORM_H
#define POSTERN_TESTS_MASK_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/mask/forge.h"
#include "tests/mask/script.h"

/* What a form can show: every kind, only those with a name for their field, or only those that need none. */
enum form_takes { FORM_ANY, FORM_NAMED, FORM_ALONE };

struct form {
	const char	*name;
	enum form_takes	 takes;
	bool		 is_plain;	/* the promise is that nothing is missed */
	unsigned	 variants;	/* at most so many scripts of one value; 0: one */
	/* False: there is no such variant (it is counted from 0). */
	bool		(*make)(struct script *script, struct dice *dice, const struct forged *forged, unsigned variant);
};

extern const struct form form_lines[];	/* form_line.c; each ends with a NULL name */
extern const struct form form_texts[];	/* form_text.c */
extern const struct form form_screens[];	/* form_screen.c */
extern const struct form form_tricks[];	/* form_trick.c */
extern const struct form form_moves[];	/* form_move.c */
extern const struct form form_edits[];	/* form_edit.c */
extern const struct form form_blocks[];	/* form_block.c */
extern const struct form form_mixes[];	/* form_mix.c */
extern const struct form form_tables[];	/* form_table.c */
extern const struct form form_configs[];	/* form_config.c */

/* before, value and after as one text; the caller frees it. */
char	*form_line_of(const struct forged *forged);

/* The same if it takes no more than `most` columns, else NULL. */
char	*form_row_of(const struct forged *forged, size_t most);

/* The rule is about a line that says nothing else. */
bool	 form_is_own_line(const struct forged *forged);

/* What a shell says before and behind a file with the value. */
void	 form_begin(struct script *script, const struct forged *forged);
void	 form_end(struct script *script);

/* A painter's screen is opened and closed. */
void	 form_enter(struct script *script, const struct forged *forged);
void	 form_leave(struct script *script);

#endif
