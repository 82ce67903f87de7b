/* SPDX-License-Identifier: ISC */
/* Plays a script through the mask and says what of its values can be seen: in the recording's bytes, its text, on any screen. */
#ifndef POSTERN_TESTS_MASK_JUDGE_H
#define POSTERN_TESTS_MASK_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/mask/script.h"

struct mask_match;

struct judged {
	bool	is_raw;		/* half of a value or more stands in the recorded bytes */
	bool	is_text;	/* the same of the recorded text without its sequences and line ends */
	bool	is_screen;	/* a whole value stood on the engineer's screen, or does when the recording is replayed */
	bool	is_standing;	/* half of one stood on the engineer's screen after the write that completed it */
	bool	is_skewed;	/* a row is wider or narrower than it was, or the cursor elsewhere */
	bool	is_touched;	/* the recording differs from what was sent */
};

/* The recorded bytes are left in `record` (cleared first). */
struct judged	judge(struct mask_match *match, const struct script *script, struct buf *record);

/* True if half of `value` (rounded up) or more stands in `text` in one piece. */
bool		judge_finds(const char *text, size_t count, const char *value);

#endif
