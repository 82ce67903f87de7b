/* SPDX-License-Identifier: ISC */
/*
 * Arithmetic on what a pattern without a distinctive beginning has found. It may drop or shorten such a match, so that order
 * numbers are not taken for cards; it is never asked about a token with a prefix, where a typing error must not un-mask.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_CHECK_H
#define POSTERN_RECORDER_MASK_MASK_CHECK_H

#include <stddef.h>

#include "recorder/mask/mask_rule.h"

/*
 * `text`: the whole match. How many of its bytes, from the first, are what the rule looks for: `count` mostly, fewer where
 * the pattern took in what follows (an IBAN and the next word), 0 if the match is to be dropped.
 */
size_t	mask_check(enum mask_check check, const char *text, size_t count);

/* By its name in a rules file ("luhn"): 0 and *check, or ERR_NOT_FOUND. mask_check_name: never NULL, "" for none. */
int		 mask_check_parse(const char *name, enum mask_check *check);
const char	*mask_check_name(enum mask_check check);

#endif
