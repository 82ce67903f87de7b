/* SPDX-License-Identifier: ISC */
/* Terminal bytes made harmless before anything has been decided about them: every character covered, sequences kept. */
#ifndef POSTERN_RECORDER_MASK_MASK_VEIL_H
#define POSTERN_RECORDER_MASK_MASK_VEIL_H

#include <stddef.h>
#include <stdint.h>

/*
 * In place, and as many bytes as before: a character becomes '*' (U+FF0A if it has two columns), strings (titles and the
 * like) and all that is left over become NUL, which stands for nothing. The bytes begin outside of any sequence and
 * character; where they end inside of one, no sequence is left open.
 */
void	mask_veil(uint8_t *bytes, size_t count);

#endif
