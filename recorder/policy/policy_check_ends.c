/* SPDX-License-Identifier: ISC */
/* How a role's sessions end: `ending`, `on-drop` and the key of the session menu. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/keyname.h"
#include "lib/base/own.h"
#include "recorder/policy/policy_check_ends.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_schema.h"

/* A key that is either one word, or a mapping of one key to a length of time. */
struct choice {
	const char	*key, *word, *other;
	int64_t		 most_s;
	const char	*most;
};

static const struct choice endings = { "ending", "kill", "freeze", POLICY_FREEZE_MOST_S, "1 hour" };
static const struct choice drops = { "on-drop", "end", "keep", POLICY_KEEP_MOST_S, "1 day" };

static void
check_choice(struct check *c, const struct choice *choice, int64_t *seconds)
{
	const char *text;
	char path[128], below[64];

	*seconds = 0;
	snprintf(path, sizeof path, "%s/%s", c->base, choice->key);
	if (!policy_lines_has(c->source->lines, path, &text) || (text != NULL && strcmp(text, choice->word) == 0))
		return;
	snprintf(below, sizeof below, "%s/%s", choice->key, choice->other);
	snprintf(path, sizeof path, "%s/%s", c->base, below);
	if (text != NULL || !policy_lines_has(c->source->lines, path, &text) || text == NULL) {
		check_fault(c, choice->key, "write `%s: %s` or `%s: {%s: 2m}`", choice->key, choice->word, choice->key, choice->other);
		return;
	}
	check_span(c, below, text, seconds);
	if (*seconds > choice->most_s)
		check_fault(c, below, "at most %s", choice->most);
}

void
check_ends(struct check *c, struct policy_role *role)
{
	uint8_t bytes[KEYNAME_BYTES];
	size_t count;

	check_choice(c, &endings, &role->ends.freeze_s);
	check_choice(c, &drops, &role->ends.keep_s);
	if (role->ends.menu_key == NULL)
		role->ends.menu_key = own_dup(POLICY_MENU_KEY);
	if (keyname_parse(role->ends.menu_key, bytes, &count) < 0)
		check_fault(c, "menu-key", "'%s' is no key for this (write F12, ^] or off)", role->ends.menu_key);
}
