/* SPDX-License-Identifier: ISC */
/* The shape of a file of masking rules: libcyaml's schema, filled into these structs. */
#ifndef POSTERN_RECORDER_MASK_MASK_SCHEMA_H
#define POSTERN_RECORDER_MASK_MASK_SCHEMA_H

#include <stdbool.h>

struct buf;
struct policy_yaml;

#define MASK_NAME	64	/* room for a rule's or set's name, with the NUL */
#define MASK_TEXT	4096	/* for any other text */

/* One entry of `rules`, as written; NULL or 0 where a key is left out. */
struct mask_entry {
	char		 *rule, *about, *source;
	char		**literals;
	unsigned	  literals_count;
	unsigned	  digits;
	unsigned	  word;
	char		 *prefix, *pattern, *until;
	unsigned	  lines;
	bool		  caseless, off;
	char		 *style, *check;
	char		**examples;
	unsigned	  examples_count;
	char		**counter;
	unsigned	  counter_count;
};

/* One entry of `column-styles`. */
struct mask_styled {
	char	*column, *style;
};

struct mask_file {
	struct mask_entry	 *rules;
	unsigned		  rules_count;
	char			**columns;
	unsigned		  columns_count;
	struct mask_styled	 *styled;	/* column-styles */
	unsigned		  styled_count;
	char			**outputs;	/* output-of */
	unsigned		  outputs_count;
};

/* 0, or ERR_POLICY after one line in `errors`. mask_schema_free takes NULL. */
int	mask_schema_load(const struct policy_yaml *yaml, struct mask_file **file, struct buf *errors);
void	mask_schema_free(struct mask_file *file);

#endif
