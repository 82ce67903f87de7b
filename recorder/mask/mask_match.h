/* SPDX-License-Identifier: ISC */
/*
 * Rules made ready (PCRE2 with its JIT, behind mask_gate.h), and what they find in one logical line. A rule that takes
 * too long on a line covers all of it. One matcher serves one thread.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_MATCH_H
#define POSTERN_RECORDER_MASK_MASK_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask_rule.h"

#define MASK_HITS	256		/* of one line; if there are more, the whole line is covered */
#define MASK_NO_RULE	UINT32_MAX	/* a hit that covers because something failed */
#define MASK_LONG	256		/* bytes of a value behind which its word belongs to it, however long it is */
#define MASK_NOWHERE	UINT32_MAX

struct mask_match;
struct mask_gate_set;

/* Bytes [from, to) of the line are a value. */
struct mask_hit {
	uint32_t	rule;		/* place in the rules, or MASK_NO_RULE */
	uint32_t	start;		/* of the whole match; start <= from */
	uint32_t	from, to;
	uint32_t	known;		/* up to here it is the rule's prefix, which is no secret; at least `from` */
	bool		is_open;	/* it ends where the line ends, for now: more may belong to it */
	bool		keeps_blanks;	/* blanks inside of it are not covered */
	bool		is_partial;	/* no match yet: what came behind its prefix */
};

/* A literal was there, and no match; or a match that its check has dropped. */
struct mask_near {
	uint32_t	rule;
	bool		is_check;
};

struct mask_hits {
	struct mask_hit		items[MASK_HITS];
	size_t			count;
	uint32_t		held;		/* from here on something may still become a match, is not covered, and is the screen's business; MASK_NOWHERE: nothing */
	uint32_t		opened;		/* a rule with `until` whose end was not found: all behind its hit belongs to it; or MASK_NO_RULE */
	uint32_t		opened_at;	/* where its match begins */
	struct mask_near	near[16];
	size_t			near_count;
	bool			wants_near;	/* set by the caller */
};

/*
 * Compiles all rules, which must live as long as the matcher. 0; or ERR_CONFIG if PCRE2 refuses one, with its place in
 * *bad (may be NULL).
 */
int		 mask_match_new(const struct mask_rules *rules, struct mask_match **match, size_t *bad);

/* The same, but each rule is compiled when it is first needed: rules that were linted can only lack memory then, which covers the line. */
int		 mask_match_late(const struct mask_rules *rules, struct mask_match **match);

/*
 * The same without machine code, which some processes may not make: each rule is compiled when it is first needed, and interpreted.
 * 0, or -ENOMEM.
 */
int		 mask_match_slow(const struct mask_rules *rules, struct mask_match **match);

void		 mask_match_free(struct mask_match *match);

const struct mask_rules	*mask_match_rules(const struct mask_match *match);

/* The gate alone: false if no rule can match in `text`. */
bool		 mask_match_gate(const struct mask_match *match, const char *text, size_t count, struct mask_gate_set *candidates);

/*
 * What the candidates find in `text` (valid UTF-8), in the order of the rules, added to hits. `is_open`: more may come
 * behind it, so beginnings are told too.
 */
void		 mask_match_line(struct mask_match *match, const struct mask_gate_set *candidates, const char *text, size_t count,
		    bool is_open, struct mask_hits *hits);

/* What is known about a line that goes on, from one look at it to the next. Zeroes at first. */
struct mask_open {
	char		*text;		/* as it was then */
	size_t		 count, room;
	uint32_t	*from;		/* of a rule: no match of it begins before this place */
};

/* The same for a line that goes on and is seen again and again: where it has only grown, what was looked through is not again. */
void		 mask_match_open(struct mask_match *match, const struct mask_gate_set *candidates, const char *text, size_t count,
		    struct mask_open *open, struct mask_hits *hits);
void		 mask_open_done(struct mask_open *open);	/* wipes */

/* Where the `until` of a rule matches in text[from, count): its beginning, or MASK_NOWHERE. */
uint32_t	 mask_match_until(struct mask_match *match, uint32_t rule, const char *text, size_t count, size_t from);

/* The `until` of the rule has a group called value: it looks for a value in one of the next lines, and covers nothing else of them. */
bool		 mask_match_seeks(struct mask_match *match, uint32_t rule);

enum mask_sought {
	MASK_SOUGHT_ON,		/* nothing of it: it may be in the next line */
	MASK_SOUGHT_END,	/* there is none */
	MASK_SOUGHT_FOUND	/* in *hit; or all of the line, if the pattern took too long */
};

enum mask_sought mask_match_sought(struct mask_match *match, uint32_t rule, const char *text, size_t count, struct mask_hit *hit);

/* Bytes at the end of `text` that begin some literal. */
size_t		 mask_match_tail(const struct mask_match *match, const char *text, size_t count);

#endif
