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
	char			**literals;	/* at least one of them stands in every match, NULL at the end; 3 characters or more (or "@"), lower case if is_caseless */
	uint32_t		 digits;	/* instead of literals, which then are empty: every match has a run of so many digits, single ' ', '-' or '.' between them allowed */
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

struct mask_rules {
	struct mask_rule	*items;
	size_t			 count;
	char			**columns;	/* column masks: names, NULL at the end */
	char			**outputs;	/* whole-command masks: "env", "kubectl get secret*", NULL at the end */
	char			**column_sets;	/* to which set each of `columns` belongs, for mask_rules_select() */
	char			**output_sets;
	uint8_t			 sha256[32];	/* of the files */
};

/* Options for pcre2_compile() of any of a rule's patterns. */
uint32_t	mask_rule_options(const struct mask_rule *rule);

#endif
