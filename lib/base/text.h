/* SPDX-License-Identifier: ISC */
/* Text from strangers: valid UTF-8 without controls, or made so; and its width on a terminal. */
#ifndef POSTERN_LIB_BASE_TEXT_H
#define POSTERN_LIB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One character of UTF-8: bytes used (1 to 4), 0 if the bytes end inside a character, -1 if they are not UTF-8. */
int	 text_decode(const uint8_t *bytes, size_t count, uint32_t *character);

/* Shortest form of a character; 1 to 4 bytes written to `bytes`. */
int	 text_encode(uint32_t character, uint8_t bytes[4]);

/* Valid UTF-8 without C0, DEL, C1 and bidirectional controls, so that it is safe to print anywhere on one line. */
bool	 text_is_clean(const char *text, size_t count);

/* A copy in which each byte or character that is not clean is '?'; line breaks become spaces. The caller frees it. */
char	*text_clean(const char *text, size_t count);

/* Columns on a terminal; 0 for what has no width. */
int	 text_char_width(uint32_t character);
int	 text_width(const char *text);

/*
 * Copies as much of `text` as fits in `columns`, ending in "…" ("..." if `ascii`) if something was cut.
 * `out` has `size` bytes. Returns the columns used.
 */
int	 text_fit(const char *text, int columns, bool ascii, char *out, size_t size);

/* True if the locale's character set is UTF-8 (call setlocale first). */
bool	 text_utf8_locale(void);

#endif
