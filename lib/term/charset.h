/* SPDX-License-Identifier: ISC */
/* The four designated character sets G0 to G3, which of them is used, and the DEC line drawing set. */
#ifndef POSTERN_LIB_TERM_CHARSET_H
#define POSTERN_LIB_TERM_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

struct charset {
	char	set[4];		/* 'B' ASCII, '0' line drawing, 'A' British; others behave as ASCII */
	uint8_t	used;		/* 0 to 3: which one printable ASCII goes through */
	uint8_t	once;		/* 2 or 3 for one character (SS2, SS3), else 0 */
};

#define CHARSET_DEFAULT	((struct charset){ .set = { 'B', 'B', 'B', 'B' } })

/* True if printable ASCII means itself now. */
bool		charset_is_plain(const struct charset *charset);

/* What a byte from 0x20 to 0x7e prints; ends a single shift. */
uint32_t	charset_map(struct charset *charset, uint8_t byte);

/* An escape sequence (intermediate and final byte) or SO/SI (inter 0, byte 14 or 15). False if it is none of ours. */
bool		charset_take(struct charset *charset, char inter, uint8_t byte);

#endif
