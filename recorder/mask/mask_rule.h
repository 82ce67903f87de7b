/* SPDX-License-Identifier: ISC */
/*
 * A masking rule, as the files of rules.d describe it: what to look for, what decides, and how it is covered. The
 * loader (mask_rules.h) makes them, the matcher (mask_match.h) uses them, the worker gets them as one packed message.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_RULE_H
#define POSTERN_RECORDER_MASK_MASK_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a value is covered; always in the display width of the original. */
enum mask_style {
	MASK_FULL,		/* '*' in every column */
	MASK_KEEP_LAST_4,	/* all but the last four characters */
	MASK_LABEL,		/* "[NAME]***" */
	MASK_PSEUDONYM		/* the same value is the same token, keyed for one session or one site */
};

/* Arithmetic on the whole match that drops it; it never un-masks a token with a distinctive prefix (mask_check.h). */
enum mask_check { MASK_NO_CHECK, MASK_LUHN, MASK_MOD_97, MASK_SSN, MASK_HOST };

/* Patterns are matched on one logical line, as UTF-8, with the options of mask_rule_options(). */
struct mask_rule {
	char			*name;		/* "github-token" */
	char			*set;		/* "secrets", "personal", or a site's own */
	char			*source;	/* where the format is published */
	char			**literals;	/* at least one of them stands in every match, NULL at the end; 3 characters or more (or "@", "+"), lower case if is_caseless */
	uint32_t		 digits;	/* instead of literals, which then are empty: every match has a run of so many digits, single ' ', '-' or '.' between them allowed, always the same */
	uint32_t		 word;		/* instead of both: every match has a run of so many letters, digits, '_', '-' and '.' */
	char			*prefix;	/* PCRE2, tried where a partial match begins: if it matches there, what follows is masked as it comes; NULL: none */
	char			*pattern;	/* PCRE2; the group named `value`, or the whole match, is covered */
	char			*until;		/* PCRE2; NULL: none. Else a match of `pattern` opens a state: all behind it is covered up to where this one matches */
	uint32_t		 lines;		/* with `until`: the most logical lines that the state lasts */
	bool			 is_caseless;	/* pattern, prefix and until */
	bool			 is_off;	/* must be asked for by name */
	bool			 is_record_only;	/* the screen shows the value; said by a role, not by the rule's file */
	enum mask_style		 style;
	enum mask_check		 check;
	char			**examples;	/* each must match; `examples[i]` marks the value as «value» */
	char			**counter;	/* each must not */
	uint32_t		 line;		/* in its file, for messages */
};

/* A column of tables whose values are covered whatever they look like, or commands whose whole output is. */
struct mask_area {
	char			*name;		/* "column email", "output-of kubectl get secret*": as counts call it */
	const char		*glob;		/* within `name`; '*' stands for anything; columns: without case */
	char			*set;
	enum mask_style		 style;		/* of columns; output is covered in full */
	bool			 is_record_only;
};

struct mask_rules {
	struct mask_rule	*items;
	size_t			 count;
	struct mask_area	*columns;
	size_t			 column_count;
	struct mask_area	*outputs;
	size_t			 output_count;
	uint8_t			 sha256[32];	/* of the files */
};

/*
 * Rules, columns and outputs are numbered through, in this order: whatever names a rule by its place (mask_hit, counts)
 * means the others with the numbers behind.
 */
struct mask_face {
	const char		*name, *set, *label;	/* label: as the style of this name writes it */
	enum mask_style		 style;
	bool			 is_record_only;
};

size_t		mask_rules_entries(const struct mask_rules *rules);	/* of all three */
struct mask_face	mask_rules_face(const struct mask_rules *rules, size_t entry);	/* for an entry that there is */

/* Options for pcre2_compile() of any of a rule's patterns. */
uint32_t	mask_rule_options(const struct mask_rule *rule);

#endif
