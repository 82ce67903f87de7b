/* SPDX-License-Identifier: ISC */
/* What is shown in place of a value, column by column. */
#ifndef POSTERN_RECORDER_MASK_MASK_STYLE_H
#define POSTERN_RECORDER_MASK_MASK_STYLE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/secret.h"
#include "recorder/mask/mask_rule.h"

#define MASK_KEPT	'\0'	/* this column shows what it had */

/* A value: its characters' bytes, and where in the columns each character begins. */
struct mask_value {
	const char	*text;
	size_t		 count;
	const uint16_t	*columns;	/* of each of its `chars` characters, from 0 on */
	size_t		 chars;
	size_t		 width;		/* columns in all */
};

/*
 * `out` gets one printable ASCII character, or MASK_KEPT, for each of the value's columns. `key` makes pseudonyms.
 */
void	mask_style_fill(const struct mask_face *face, const uint8_t key[SECRET_KEY], const struct mask_value *value, char *out);

/* Bytes at the end of a value that the style keep-last-4 leaves: its last four characters, without counting blanks and hyphens. */
size_t	mask_style_kept(const char *text, size_t count);

#endif
