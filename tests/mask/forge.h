/* SPDX-License-Identifier: ISC */
/* Makes values that look like the real thing and are worth nothing: the same ones for the same seed. */
#ifndef POSTERN_TESTS_MASK_FORGE_H
#define POSTERN_TESTS_MASK_FORGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/mask/script.h"

#define FORGE_VALUE	1024

/* One value and what stands around it on its own line. */
struct forged {
	const char	*rule;		/* that is meant to find it */
	const char	*name;		/* what a column, field or variable with it is called */
	const char	*before, *after;
	char		 value[FORGE_VALUE];
	bool		 is_alone;	/* recognisable under any name; else only behind `before`, or `name` if there is one */
};

extern const size_t forge_count;	/* kinds of values; several may belong to one rule */

void	forge(size_t kind, struct dice *dice, struct forged *forged);

/* A private key of `lines` lines of base64 as PEM; each goes to script_secret(). The line ends are "\r\n". */
void	forge_key(struct script *script, struct dice *dice, unsigned lines, const char *indent);

#endif
