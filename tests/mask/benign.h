/* SPDX-License-Identifier: ISC */
/* Screens on which nothing is secret, and nothing may be touched. */
#ifndef POSTERN_TESTS_MASK_BENIGN_H
#define POSTERN_TESTS_MASK_BENIGN_H

#include <stddef.h>

#include "tests/mask/script.h"

struct benign {
	const char	*name;
	void		(*make)(struct script *script, struct dice *dice);	/* one line or a few */
};

extern const struct benign benign_kinds[];	/* benign.c; ends with a NULL name */
extern const struct benign benign_more[];	/* benign_more.c; the same */

#endif
