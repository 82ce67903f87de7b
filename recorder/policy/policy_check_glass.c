/* SPDX-License-Identifier: ISC */
/* `break-glass`: who may enter a role without a decision. Somebody must be able to review it afterwards. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "recorder/policy/policy_check_glass.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_schema.h"

/* Fewer than two persons who decide: then the one could never have their own entry reviewed. */
static bool
is_one_person(const struct policy_approve *a)
{
	return a->each_count == 0 && a->by_count == 1 && strchr(a->by[0], ':') == NULL;
}

void
check_glass(struct check *c, struct policy_role *role)
{
	struct policy_glass *glass = &role->glass;
	char *const *who = glass->who_count > 0 ? glass->who : role->who;
	unsigned count = glass->who_count > 0 ? glass->who_count : role->who_count;
	char path[64], most[CLOCK_TEXT];

	snprintf(path, sizeof path, "%s/break-glass", c->base);
	glass->given = policy_lines_has(c->source->lines, path, NULL);
	if (!glass->given)
		return;
	check_entries(c, "break-glass/who", glass->who, glass->who_count);
	glass->time_s = role->times.default_s;
	if (glass->time_text != NULL)
		check_span(c, "break-glass/for", glass->time_text, &glass->time_s);
	if (role->times.most_s > 0 && glass->time_s > role->times.most_s)
		check_fault(c, "break-glass/for", "longer than the role can be had at all (%s)", clock_span(role->times.most_s, most));
	if (policy_needs(role) == 0)
		check_fault(c, "break-glass", "nobody could review it: `approve` names no person who decides (by or each)");
	for (unsigned i = 0; i < count && is_one_person(&role->approve); i++)
		if (strcmp(who[i], role->approve.by[0]) == 0)
			check_warn(c, "break-glass", "'%s' may enter without a decision, and nobody else could review that", who[i]);
}
