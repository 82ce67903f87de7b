/* SPDX-License-Identifier: ISC */
/* Whole screens against files: tests/golden/NAME.screen. For cmocka tests; what does not hold fails the test. */
#ifndef POSTERN_TESTS_TERM_GOLDEN_H
#define POSTERN_TESTS_TERM_GOLDEN_H

#include <stdbool.h>

struct term;

/*
 * Until the screen is the file's. With GOLDEN=write in the environment (make golden) the screen becomes the file
 * instead, as soon as it stands still.
 */
void	golden_screen(struct term *term, const char *name);

/* True if the program has ever set a colour of a character, or a background. */
bool	golden_saw_colour(struct term *term);
bool	golden_saw_background(struct term *term);

#endif
