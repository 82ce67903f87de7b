/* SPDX-License-Identifier: ISC */
/*
 * What was typed, and what of it may be stored. A character is stored only if it was echoed, by the terminal's driver or
 * by a program that wrote it where the cursor stood when it was typed; what was not is a number of keys. Keys wait in
 * memory until their line is decided, at most KEYS_MOST of them. Values that masking covers on the screen are covered
 * in what was typed as well. Nothing here asks for the time; times are microseconds of a clock that only goes forward.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_INPUT_H
#define POSTERN_RECORDER_MASK_MASK_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MASK_KEYS_MOST		32768u			/* undecided; more than that are not stored as characters */
#define MASK_ECHO_WAIT_US	INT64_C(2000000)	/* from Enter on, for the echo of its line */
#define MASK_AHEAD_WAIT_US	INT64_C(30000000)	/* the same, if it was typed before the line before it was answered */
#define MASK_PAUSE_US		INT64_C(5000000)	/* without a key: what is decided of a line goes out */
#define MASK_RUN_LEAST		4			/* so many echoed keys in a row count where others were not echoed */

struct grid;
struct mask_input;
struct mask_match;

/* What the terminal did with keys at the moment at which they were handed to the session. */
enum mask_tty {
	MASK_TTY_BLIND,	/* lines without echo: a password is asked for. Nothing typed now is ever stored but the line's end */
	MASK_TTY_RAW,	/* no echo by the driver: the program may echo by itself */
	MASK_TTY_ECHO	/* the driver echoes */
};

/* Decided: so many keys that are next to each other. */
struct mask_typed {
	int64_t		 first_us, last_us;	/* when they were handed to the session */
	const uint8_t	*bytes;			/* of the keys; NULL: they are not stored */
	size_t		 count;			/* of bytes; without them, of characters */
};

typedef void	mask_typed_sink(void *user, const struct mask_typed *typed);

struct mask_input_params {
	const struct grid	*grid;		/* shows the session's output as it was, before masking; borrowed */
	struct mask_match	*match;		/* NULL: no rules; borrowed */
	mask_typed_sink		*sink;
	void			*user;
};

/* Never NULL. */
struct mask_input	*mask_input_new(const struct mask_input_params *params);
void			 mask_input_free(struct mask_input *input);	/* wipes; NULL is fine */

/* These bytes are handed to the session now. */
void			 mask_input_typed(struct mask_input *input, const void *bytes, size_t count, enum mask_tty tty, int64_t now_us);

/*
 * Output comes: give at most mask_input_piece() bytes of it to the grid (all of them when no key waits), then call
 * mask_input_shown() with the same bytes, until none are left. `tty` as it is now.
 */
size_t			 mask_input_piece(const struct mask_input *input, const uint8_t *bytes, size_t count);
void			 mask_input_shown(struct mask_input *input, const uint8_t *bytes, size_t count, enum mask_tty tty, int64_t now_us);

/* True while keys wait for their echo: only then does mask_input_shown() look at `tty`. */
bool			 mask_input_waits(const struct mask_input *input);

/* The next moment at which mask_input_tick() has something to do; 0: never. */
int64_t			 mask_input_due(const struct mask_input *input);
void			 mask_input_tick(struct mask_input *input, int64_t now_us);

/* Nothing more will come: what was not echoed by now was not echoed. */
void			 mask_input_flush(struct mask_input *input, int64_t now_us);

/* Keys that were typed and not told yet. */
size_t			 mask_input_undecided(const struct mask_input *input);
size_t			 mask_input_memory(const struct mask_input *input);

#endif
