/* SPDX-License-Identifier: ISC */
/*
 * The whole output of commands: from the end of the line on which one was entered to the next prompt. It is kept as
 * places in the stream, so that it is covered wherever on the screen it is painted.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_OUTPUT_H
#define POSTERN_RECORDER_MASK_MASK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_SPANS	16
#define OUTPUT_MARKS	16
#define OUTPUT_PROMPT	200	/* bytes */
#define OUTPUT_MOST	(UINT64_C(1) << 20)	/* bytes behind which no prompt is told to be missing; it stays covered */

struct mask_stream;
struct column_part;

struct mask_outputs {
	struct output_span {
		uint64_t	from, to;	/* to: UINT64_MAX while it lasts */
		uint32_t	entry;
		bool		is_marked;	/* the shell marks its prompts (OSC 133), so nothing else ends it */
		bool		is_told;	/* it is endless */
	}		spans[OUTPUT_SPANS];
	size_t		next;
	uint64_t	last;			/* place at which a span began or ended last */
	struct {
		uint64_t	place;
		char		kind;		/* A: a prompt begins; B: what is typed; D: output is over */
	}		marks[OUTPUT_MARKS];
	size_t		next_mark;
	char		prompt[OUTPUT_PROMPT];	/* on which the command was entered */
	size_t		prompt_bytes;
};

/* The place of the byte that made a character; 0: none did. */
uint64_t	mask_ref_place(const struct mask_stream *s, uint32_t ref);
/* A line of the chain. True if some of it was covered. */
bool	mask_output_line(struct mask_stream *s, const struct column_part *part, bool is_gated);
/* The byte of the text belongs to such output. */
bool	mask_output_has(const struct mask_stream *s, uint32_t at);
/* A string of [begin, end) is over: a mark, perhaps. */
void	mask_output_mark(struct mask_stream *s, uint64_t begin, uint64_t end);

#endif
