/* SPDX-License-Identifier: ISC */
/* The inside of a mask_input, for the files that make it: keys in their order, from the first of the line at work. */
#ifndef POSTERN_RECORDER_MASK_MASK_KEYS_H
#define POSTERN_RECORDER_MASK_MASK_KEYS_H

#include "recorder/mask/mask_input.h"
#include "recorder/mask/mask_line.h"
#include "recorder/mask/mask_match.h"

#define KEY_NO_CHARACTER	UINT32_C(0x200000)	/* and above: a byte that is part of no character */
#define KEYS_PROMPTS		4
#define KEYS_CARRY		64			/* bytes of a sequence that may come in two pieces */

enum key_kind {
	KEY_CHAR,	/* prints: stored only if it was echoed */
	KEY_CONTROL,	/* a control key, or a byte of an escape sequence: no secret */
	KEY_END,	/* a control key that ends the line */
	KEY_ANSWER	/* never stored: a string that the terminal sent by itself, anything else where a password is asked for */
};

/* Control keys that take back what was typed. */
enum { KEY_BACK = 0x08, KEY_KILL = 0x15, KEY_WORD = 0x17, KEY_DELETE = 0x7f };

enum key_state { KEY_WAITING, KEY_ECHOED, KEY_HIDDEN };

struct key {
	int64_t		t_us;
	uint64_t	place;		/* of the session's output when it was handed over: its echo is behind that */
	uint32_t	character;	/* or the byte */
	uint32_t	left;		/* what stood left of the cursor then: mask_pair_left() */
	uint16_t	scene;		/* changes with the screen that is shown */
	uint8_t		kind, state, tty;
	bool		is_ahead;	/* typed before the line before it was answered */
	bool		is_covered;	/* it belongs to a value */
};

/* Indices into `keys`. What is before `first` is gone, and before `done` it has been told but belongs to the line. */
struct mask_input {
	struct mask_input_params params;
	struct key	*keys;
	size_t		 first, done, count, room;
	size_t		 waiting;	/* none waits before it */
	size_t		 open;		/* so many wait */
	size_t		 ended;		/* no KEY_END in [done, ended) */
	size_t		 echo_at;	/* the driver's echo is at this key... */
	unsigned	 echo_bytes;	/* and has shown so many bytes of it */
	int64_t		 now_us;
	int64_t		 asked_us;	/* an Enter was handed over then, and no line feed has come since; 0: none */
	uint16_t	 scene;
	bool		 is_alternate, is_paste;
	bool		 was_paused;	/* no key since MASK_PAUSE_US was over */
	bool		 has_driven;	/* keys that the driver echoes may wait */
	uint64_t	 left_place;	/* `left` is what stands left of the cursor at this place */
	uint32_t	 left;
	uint32_t	 prompts[KEYS_PROMPTS];	/* what stood left of lines that were echoed, the last few different ones */
	size_t		 prompt_count;
	uint8_t		 carry[KEYS_CARRY];
	size_t		 carried;
	int64_t		 carry_us;
	enum mask_tty	 carry_tty;
	uint32_t	 until_mark;	/* a state (`until`) that goes over lines, as in mask_until.c */
	uint32_t	 until_rule;
	struct mask_line line;		/* of the screen, or as it was typed (refs: indices of keys) */
	struct mask_line typed;
	struct mask_hits hits;
};

/* mask_keys.c */
void	keys_add(struct mask_input *input, const uint8_t *bytes, size_t count, enum mask_tty tty);
void	keys_carry_end(struct mask_input *input);	/* the sequence that has begun was none */
void	keys_drop(struct mask_input *input, size_t to);		/* the lines before `to` are over */
void	keys_set(struct mask_input *input, size_t i, enum key_state state);
size_t	key_bytes(const struct key *key, uint8_t bytes[4]);	/* as they were typed */

/* mask_pair.c: which keys were echoed. */
uint32_t	mask_pair_left(const struct grid *grid);	/* stands for what is left of the cursor */
void		mask_pair_driver(struct mask_input *input, const uint8_t *bytes, size_t count);
void		mask_pair_screen(struct mask_input *input);

/* Where on the screen a line stands that is to be decided. */
enum input_line { INPUT_LINE_HERE, INPUT_LINE_ABOVE, INPUT_LINE_GONE };

/* mask_input.c: lines that are complete are told, if they are decided; and everything old, as the room is used up. */
void	input_settle(struct mask_input *input, enum input_line where);
void	input_force(struct mask_input *input);

/*
 * mask_typed.c: covers values in keys [first, to), all of whose characters are decided. `is_whole`: nothing more belongs to the
 * line.
 */
void	mask_typed_cover(struct mask_input *input, size_t to, enum input_line where, bool is_whole);

#endif
