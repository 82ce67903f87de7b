/* SPDX-License-Identifier: ISC */
/* What a rule must be like before it is believed: cheap for any input, and right about its own examples. */
#ifndef POSTERN_RECORDER_MASK_MASK_LINT_H
#define POSTERN_RECORDER_MASK_MASK_LINT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct mask_rule;
struct policy_lines;

/* Where a rule stands, for messages. */
struct mask_where {
	const char			*file;
	const struct policy_lines	*lines;
	unsigned			 place;	/* in the list `rules`, from 0 */
	bool				 is_trusted;	/* linted before: not again */
	struct buf			*errors;
};

/*
 * Literals of three characters, bounded repeats, patterns that compile, at most one value, examples that match (and cover what they
 * mark), counter-examples that do not. The number of faults, each with a line "FILE:LINE: sentence" in where->errors.
 */
int	mask_lint(const struct mask_rule *rule, const struct mask_where *where);

/* One more fault, at `key` of this rule (NULL: where the rule begins). */
void	mask_lint_say(const struct mask_where *where, const char *key, const char *format, ...)
	    __attribute__((format(printf, 3, 4)));

/* The same at any place of the file ("columns/3"). */
void	mask_lint_say_at(const struct mask_where *where, const char *path, const char *format, ...)
	    __attribute__((format(printf, 3, 4)));

/*
 * A column's name or a command (`is_output`), which stand at `path`: enough letters besides '*' that it does not mean everything. The
 * number of faults.
 */
int	mask_lint_area(const char *glob, bool is_output, const char *path, const struct mask_where *where);

/* What the rule covers of a text. */
struct mask_span {
	size_t	start, end;
};

/*
 * The first match in `text` from byte `from` on that passes its check; *span is its value, which may be empty. 1, 0 if there is none,
 * or ERR_MASK_RULES if the pattern does not compile or is too expensive. For lint and tests: compiles at each call.
 */
int	mask_lint_find(const struct mask_rule *rule, const char *text, size_t from, struct mask_span *span);

#endif
