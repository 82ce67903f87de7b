/* SPDX-License-Identifier: ISC */
/*
 * Guardrails: patterns of lines that are slips more often than not, and what is to be done before such a line is entered. They
 * keep nobody from anything who wants to do it; what a role must not do is a matter of `may`.
 */
#ifndef POSTERN_RECORDER_MASK_GUARD_RULE_H
#define POSTERN_RECORDER_MASK_GUARD_RULE_H

#include <stdbool.h>
#include <stddef.h>

#define GUARD_RULES	64	/* of one role */
#define GUARD_PATTERN	512	/* bytes of a pattern, with the NUL */
#define GUARD_WHY	160

/* What is done, the mildest first. */
enum guard_do { GUARD_NONE, GUARD_WARN, GUARD_CONFIRM, GUARD_ASK, GUARD_DENY, GUARD_DO_COUNT };

/* What it looks at: the line on the screen, a program with its arguments. */
enum guard_in { GUARD_IN_COMMAND = 1, GUARD_IN_EXEC = 2 };

/* One rule. As words of a message: do, in, name, why, pattern. */
#define GUARD_WORDS_EACH	5
struct guard_rule {
	enum guard_do	 does;
	unsigned	 in;		/* of enum guard_in */
	const char	*name, *why, *pattern;
};

/* Rules that come with Postern, in named sets. */
struct guard_builtin {
	const char		*set;
	struct guard_rule	 rule;
};

extern const struct guard_builtin guard_builtin[];
extern const size_t guard_builtin_count;

/* GUARD_NONE if it is no such word; the other way round, the word. */
enum guard_do	 guard_do_of(const char *word);
const char	*guard_do_word(enum guard_do does);
const char	*guard_in_word(unsigned in);

/* Whether any rule among these words (NULL at the end, or NULL) looks at this. */
bool		 guard_words_have(const char *const *words, enum guard_in in);

/*
 * A pattern as people write it into a regular expression for `out`: what stands between slashes is one; else '*' stands for anything, '?'
 * for one character, a blank for some, and it begins and ends where words do. Upper and lower case are one. 0, or ERR_MASK_RULES with a
 * sentence in `why`: also if it holds nothing to look for and would match anything, or a control character and would match nothing.
 */
int		 guard_pattern(const char *match, char out[GUARD_PATTERN], char why[GUARD_WHY]);

/* A sign of regular expressions ("\b") in a pattern that is none, so that it is looked for as it stands; NULL: there is none. */
const char	*guard_pattern_sign(const char *match);

struct guard_rules;

/* From the words of a message; NULL at the end. NULL if there are none, or if they are no rules (then *bad). */
struct guard_rules	*guard_rules_new(const char *const *words, bool *bad);
void			 guard_rules_free(struct guard_rules *rules);	/* NULL is fine */

/* The strictest of the rules about `in` that match the text; NULL: none does. It lives as long as the rules. A rule that takes too long does not. */
const struct guard_rule	*guard_rules_find(struct guard_rules *rules, enum guard_in in, const char *text, size_t count);

#endif
