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

#endif
