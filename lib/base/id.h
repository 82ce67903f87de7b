/* SPDX-License-Identifier: ISC */
/* Ids of requests, grants, sessions and recordings: 128 random bits, written as 32 hexadecimal digits. */
#ifndef POSTERN_LIB_BASE_ID_H
#define POSTERN_LIB_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_BYTES	16
#define ID_TEXT		(2 * ID_BYTES + 1)
#define ID_SHORT	8	/* digits shown where people compare at a glance */

struct id {
	uint8_t	bytes[ID_BYTES];
};

struct id	 id_new(void);
bool		 id_is_zero(const struct id *id);
bool		 id_equal(const struct id *a, const struct id *b);
char		*id_text(const struct id *id, char *text);	/* text has ID_TEXT bytes; returned */

/* 0 or ERR_BAD_ID; exactly 32 digits. */
int		 id_parse(const char *text, struct id *id);

/*
 * The beginning of an id (4 to 32 digits) as the range [low, high] of all ids that begin so; an id compares
 * bytewise. 0 or ERR_BAD_ID.
 */
int		 id_parse_prefix(const char *text, struct id *low, struct id *high);

/* Lower-case hexadecimal of any bytes; `text` has 2 * count + 1 bytes and is returned. */
char		*id_hex(const uint8_t *bytes, size_t count, char *text);

#endif
