/* SPDX-License-Identifier: ISC */
/* Names of columns and commands: one that is too short or all wildcard would cover what nobody meant. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "recorder/mask/mask_lint.h"

#define LEAST		2	/* letters of a whole name */
#define LEAST_GLOB	3	/* of one with a wildcard, in one piece */

/* The longest piece between wildcards, without blanks at its ends. */
static size_t
longest_piece(const char *glob)
{
	size_t longest = 0;

	for (const char *at = glob; *at != '\0';) {
		size_t count = strcspn(at, "*?[] ");

		longest = count > longest ? count : longest;
		at += count > 0 ? count : 1;
	}
	return longest;
}

int
mask_lint_area(const char *glob, bool is_output, const char *path, const struct mask_where *where)
{
	const char *what = is_output ? "command" : "column";
	bool has_wildcard = strpbrk(glob, "*?[]") != NULL;

	if (strpbrk(glob, "?[]\\") != NULL) {
		mask_lint_say_at(where, path, "the %s '%s': the only wildcard is '*'", what, glob);
		return 1;
	}
	if (longest_piece(glob) < (has_wildcard ? LEAST_GLOB : LEAST)) {
		mask_lint_say_at(where, path, "the %s '%s' is too short: %d letters in one piece are the least%s", what, glob,
		    has_wildcard ? LEAST_GLOB : LEAST, has_wildcard ? " beside a '*'" : "");
		return 1;
	}
	if (isspace((unsigned char)glob[0]) || isspace((unsigned char)glob[strlen(glob) - 1])) {
		mask_lint_say_at(where, path, "the %s '%s' begins or ends with a blank", what, glob);
		return 1;
	}
	if (is_output && glob[0] == '*') {
		mask_lint_say_at(where, path, "the command '%s' begins with '*'; name the program", glob);
		return 1;
	}
	return 0;
}
