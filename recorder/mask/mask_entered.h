/* SPDX-License-Identifier: ISC */
/*
 * Lines that people entered, as they stood on the recorder's screen when Enter was answered: recalled, completed and edited
 * ones too. A line begins where the cursor stood when its first key was typed, or behind the mark with which a shell ends its prompt
 * (OSC 133). What is not echoed stands on no screen, so it is in no line. Nothing here asks for the time.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_ENTERED_H
#define POSTERN_RECORDER_MASK_MASK_ENTERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask_input.h"

struct grid;
struct mask_entered;

#define MASK_ENTERED_MOST	8000	/* bytes of a line */

/* What masking has covered on the screen is covered here; the rules have not seen the text itself. */
struct mask_entered_line {
	uint32_t	 n;		/* 1, 2, ... */
	int64_t		 t_us;		/* when Enter was handed to the session */
	const char	*text;		/* clean UTF-8, NUL behind it; a line feed between rows that were entered as one line */
	size_t		 count;
};

/* A shell has told that the command of line n has ended. */
struct mask_entered_end {
	uint32_t	 n;
	bool		 has_status;
	int32_t		 status;
	int64_t		 took_us;
};

struct mask_entered_params {
	const struct grid	*grid;	/* shows the session's output as it was; borrowed */
	void			(*line)(void *user, const struct mask_entered_line *line);
	void			(*end)(void *user, const struct mask_entered_end *end);
	void			*user;
};

/* Never NULL. */
struct mask_entered	*mask_entered_new(const struct mask_entered_params *params);
void			 mask_entered_free(struct mask_entered *entered);	/* wipes; NULL is fine */

/* These bytes are handed to the session now: before any of the output that answers them is shown. */
void			 mask_entered_typed(struct mask_entered *entered, const uint8_t *bytes, size_t count, enum mask_tty tty, int64_t now_us);

/* Output comes: give at most so many bytes of it to the grid, then call mask_entered_shown(), until none are left. */
size_t			 mask_entered_piece(struct mask_entered *entered, const uint8_t *bytes, size_t count, int64_t now_us);
void			 mask_entered_shown(struct mask_entered *entered, int64_t now_us);

/*
 * The line that would be entered by an Enter now. NULL: there is none, or it is not echoed, or a full-screen program has the
 * screen. Valid until the next call.
 */
const char		*mask_entered_now(struct mask_entered *entered, enum mask_tty tty);

const struct grid	*mask_entered_grid(const struct mask_entered *entered);	/* the one it was made with */
size_t			 mask_entered_memory(const struct mask_entered *entered);

#endif
