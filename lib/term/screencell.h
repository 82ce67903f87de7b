/* SPDX-License-Identifier: ISC */
/* A cell as people are shown it: safe to draw, whatever the recorded program wrote. */
#ifndef POSTERN_LIB_TERM_SCREENCELL_H
#define POSTERN_LIB_TERM_SCREENCELL_H

#include <stdint.h>

#define SCREEN_CHARS	6

struct screen_cell {
	uint32_t	chars[SCREEN_CHARS];	/* one that takes columns, then those that join it; 0 after the last */
	uint8_t		count;			/* of them; 0: blank, or the right half of a wide character */
	uint8_t		width;			/* 1; 2: the next cell is its right half; 0: it is the right half */
	uint64_t	pen;			/* pen.h */
};

#endif
