/* SPDX-License-Identifier: ISC */
/* The inside of a mask_stream, for the files that make it. */
#ifndef POSTERN_RECORDER_MASK_MASK_INSIDE_H
#define POSTERN_RECORDER_MASK_MASK_INSIDE_H

#include "recorder/mask/mask_line.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_stream.h"

struct buf;

/* Marks of cells (GRID_MARK). */
#define MARK_RECORDED	0	/* the recording has it covered, or will */
#define MARK_SHOWN	1	/* the screen has it covered, or will */
#define MARK_LATE	2	/* it stands on the screen, and is to be painted over */

/* Marks of rows: how many lines of a state (`until`) have passed, and bits. */
#define ROW_LINES	0x0fffu
#define ROW_SHORT	0x1000u	/* the state's last line was short: its end should be next */
#define ROW_CARRIED	0x2000u	/* the carry goes on in this row */

#define SHOWN_RING	32

enum mask_how {
	MASK_LOOK,	/* the cursor's line may go on */
	MASK_SETTLE,	/* so it may, but what is there counts already */
	MASK_CLOSE	/* it is about to go: what is there counts */
};

/* When the screen was given bytes up to `place`. */
struct mask_shown {
	uint64_t	place;
	int64_t		us;
};

#define CAME_RING	256
#define CAME_US		INT64_C(10000)	/* what comes within such a time came at once */

/* When the bytes up to a place came, of those that are not recorded yet; if they are too many pieces, the last ones are one. */
struct mask_came {
	struct mask_shown	ring[CAME_RING];
	size_t			first, count;
};

struct mask_stream {
	struct mask_match	*match;
	const struct mask_rules	*rules;
	struct grid		*grid;
	struct mask_queue	 queue;
	struct mask_carry	 carry;
	struct mask_params	 params;
	uint8_t			 key[SECRET_KEY];
	uint64_t		 recorded, shown;	/* places up to which the sinks have everything */
	uint64_t		 veiled;	/* and up to which it was told what is undecided */
	int64_t			 now_us, wrote_us, held_us, typed_us;	/* 0: never; held: since when the screen waits */
	uint64_t		 edited;	/* place at which the first key's echo in the cursor's line began; UINT64_MAX: nobody types there */
	uint64_t		 lost;		/* last place at which something new was overwritten or erased */
	size_t			 echo_work;	/* bytes that mask_echo() has looked through for this write */
	uint64_t		 held;		/* place from which the screen waits; UINT64_MAX: it does not */
	uint64_t		 open;		/* first place of the cursor's line; UINT64_MAX: none of it is in the queue */
	uint64_t		 wait;		/* from here on a line waits for the next one to tell what it is; UINT64_MAX: none does */
	uint64_t		 jumped;	/* place of the last cursor jump */
	uint32_t		 jumps;
	uint64_t		 string_done;	/* an unfinished string has been matched up to here */
	uint32_t		 until_rule;	/* of the state that rows are marked with, */
	uint32_t		 until_head;	/* and what stood before its beginning in its line */
	uint32_t		 long_rule;	/* of the last value that was LONG_OPEN or more */
	uint32_t		 top_mark;	/* mark of the row that left at the top last */
	uint32_t		 top_before;	/* of what stood above the line that the carry is the beginning of */
	bool			 is_top_apart, is_before_apart;	/* blank rows stand below these */
	struct mask_outputs	*outputs;	/* NULL: of no command */
	struct mask_columns	*columns;	/* NULL: none is covered */
	bool			 has_late;
	bool			 is_inside;	/* `recorded` is in the middle of a sequence */
	bool			 is_settled;	/* the recording waits with what time alone does not decide */
	bool			 is_driver;	/* CR LF was seen: a line feed alone is only one */
	uint8_t			 last;		/* byte of the last write */
	uint64_t		 feeds;		/* line feeds, if somebody is told */
	struct mask_shown	 ring[SHOWN_RING];
	size_t			 ring_next;
	struct mask_came	 came;
	struct mask_counts	 counts;
	uint64_t		*rule_hits;
	struct mask_line	 line;
	struct mask_hits	 hits;
	struct mask_open	 cursor;	/* what is known of the cursor's line */
};

/* mask_chain.c: matches the chain of a row and covers what it finds. Returns the row behind the chain. */
int	mask_chain(struct mask_stream *s, int row, enum mask_how how);
/* All chains that have something new, those behind them that a state reaches, and the cursor's. */
void	mask_chains(struct mask_stream *s, enum mask_how how);
/* The bytes [begin, end) of a string. */
void	mask_string(struct mask_stream *s, uint64_t begin, uint64_t end);

/* mask_cover.c: text[from, to) of s->line. */
void	mask_cover(struct mask_stream *s, const struct mask_hit *hit, bool is_final);
void	mask_uncover_open(struct mask_stream *s);	/* takes back in s->line what was for the screen only */
uint64_t	mask_first_place(struct mask_stream *s, uint32_t from);	/* the first in the queue of text from `from` on; UINT64_MAX: none */
void	mask_tell_near(struct mask_stream *s);
int	mask_char_bytes(const struct mask_stream *s, uint64_t place);	/* of the character at a place */
bool	mask_is_record_only(const struct mask_stream *s, uint32_t rule);	/* its values are covered for the recording alone */
void	mask_count(struct mask_stream *s, const struct mask_hit *hit, uint32_t chars);

/* mask_came.c: the bytes up to `place` came now. */
void	mask_came_note(struct mask_came *came, uint64_t place, int64_t now_us);
/* When the byte at `from` came, and up to where (at most *to) the others came with it. What lies before `from` is forgotten. */
int64_t	mask_came_at(struct mask_came *came, uint64_t from, uint64_t *to);

/* mask_late.c: what the screen shows and should not. */
void	mask_late(struct mask_stream *s, uint64_t place);
void	mask_paint_late(struct mask_stream *s, struct buf *out);	/* behind what `out` holds, if the screen has all there is */

/* mask_echo.c: the pieces of a value in what the recording waits with. */
void	mask_echo(struct mask_stream *s, const char *value, size_t count);

/* mask_flat.c: matches [from, to) once more, as the text that it is without its sequences: what was lost from the screen is in there. */
void	mask_flat(struct mask_stream *s, uint64_t from, uint64_t to);

/* mask_escape.c: blanks in the place of escapes; false if there are none. */
bool	mask_escape_blank(char *text, size_t count);
/* Quotes, equals signs and the like in the place of what stands for them; as many bytes are left, each with its own ref. */
size_t	mask_escape_decode(char *text, uint32_t *refs, size_t count);

/* mask_pane.c: columns [from, to) of a row. The next pane behind pane->to, which is -1 at first; false if there is none, or nothing else. */
struct mask_pane {
	int	from, to;
};

bool	mask_pane_next(const struct grid *grid, int row, struct mask_pane *pane);
/* Its text, with the rows of the same pane that it goes on in. line->first and last stay. */
void	mask_pane_build(struct mask_line *line, const struct grid *grid, int row, const struct mask_pane *pane);

/* mask_until.c: the line belongs to the rule's state that `before` (a row mark) tells of; *mark is its own. */
bool	mask_until_goes_on(const struct mask_rule *rule, const char *text, size_t count, uint32_t before, uint32_t *mark);

#endif
