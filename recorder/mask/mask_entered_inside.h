/* SPDX-License-Identifier: ISC */
/* The inside of a mask_entered, for the files that make it. */
#ifndef POSTERN_RECORDER_MASK_MASK_ENTERED_INSIDE_H
#define POSTERN_RECORDER_MASK_MASK_ENTERED_INSIDE_H

#include "recorder/mask/mask_entered.h"
#include "recorder/mask/mask_line.h"

#define PROMPT_MOST	256
#define TYPED_MOST	512
#define PROMPTS_KNOWN	4
#define ENTERS_WAITING	32
#define COMMANDS_OPEN	8
#define MARK_MOST	96	/* bytes of a mark; no shell sends longer ones */
#define AID_MOST	32

/* What stands left of a line. */
struct prompt {
	char	text[PROMPT_MOST];
	size_t	count;
	int	pad;	/* columns behind it that nobody has written */
};

/* The keys of one line, as far as they say by themselves what it is. */
struct typed {
	int64_t	t_us;		/* of its Enter */
	bool	has_keys;
	bool	is_plain;	/* characters and corrections at their end only: `text` is what they make */
	bool	is_driven;	/* the terminal's driver has echoed all of them */
	bool	is_ahead;	/* entered before the line before it was answered */
	bool	was_empty;	/* a line feed came, and there was no line: it may not have been the answer */
	size_t	rows;		/* that were pasted into it: so many line feeds it has */
	char	text[TYPED_MOST];
	size_t	count;
};

/* A line that a shell with marks was given, and that it has not told the end of. */
struct open_command {
	uint32_t	n;
	int64_t		since_us;
	char		aid[AID_MOST];	/* which shell: "" if it does not say */
};

struct mask_entered {
	struct mask_entered_params params;
	struct prompt	 anchor;	/* left of where the line at work begins */
	bool		 has_anchor;
	bool		 is_marked;	/* a shell has said where its prompt ends */
	bool		 is_afloat;	/* line feeds have come since: it may be another line by now */
	char		 right[PROMPT_MOST];	/* stood right of the cursor when the first key came: a prompt at the right edge */
	size_t		 right_count;
	struct prompt	 known[PROMPTS_KNOWN];	/* behind which lines were entered; the next replaces the oldest */
	size_t		 known_next;
	struct typed	 now, waiting[ENTERS_WAITING];	/* entered, and not answered */
	size_t		 waiting_count;
	bool		 is_cancelled;	/* Ctrl-C and the like: the line is over with the next line feed */
	bool		 is_alternate;
	bool		 is_paste;	/* between the brackets of something pasted */
	uint8_t		 sequence[16];	/* of a key, so far */
	size_t		 sequence_count;
	bool		 in_string;	/* an answer of the terminal */
	char		 mark[MARK_MOST];	/* of an OSC in the output, so far */
	size_t		 mark_count;
	unsigned	 mark_state;
	bool		 has_mark;	/* it is complete, and told when the screen has it */
	char		 aid[AID_MOST];	/* of the prompt that came last */
	struct open_command open[COMMANDS_OPEN];
	size_t		 open_count;
	uint32_t	 n;
	struct mask_line line;
	char		 text[MASK_ENTERED_MOST + 1];
	size_t		 count;
};

/* mask_entered_text.c: the line at the cursor into `text`. False: it is none, or (strict) it is not the one that was typed. */
bool	entered_find(struct mask_entered *entered, const struct typed *typed, bool is_strict);
void	entered_anchor(struct mask_entered *entered);	/* the line begins at the cursor */
void	entered_right(struct mask_entered *entered);	/* what stands right of it is no part of it */

/* mask_entered_mark.c: takes the output's bytes up to the end of a mark; how many. */
size_t	entered_mark_scan(struct mask_entered *entered, const uint8_t *bytes, size_t count);
void	entered_mark_act(struct mask_entered *entered, int64_t now_us);
void	entered_open(struct mask_entered *entered, int64_t now_us);	/* line n was given to a shell with marks */

#endif
