/* SPDX-License-Identifier: ISC */
/* The keys of those who decide. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/proof/roster.h"
#include "recorder/policy/policy.h"

/* A key that signs for two persons would let one human be both pairs of eyes. */
static void
check_entry(const struct policy *policy, const struct roster *roster, const struct roster_entry *entry, struct buf *errors)
{
	const char *owner = NULL;

	for (unsigned i = 0; i < policy->people_count; i++) {
		const struct policy_person *person = &policy->people[i];
		struct roster_ask ask = { .principal = person->principal, .namespace = APPROVAL_NAMESPACE, .key = &entry->key, .time_s = entry->after_s };

		if (person->principal == NULL || roster_find(roster, &ask) == NULL)
			continue;
		if (owner != NULL)
			(void)buf_addf(errors, POLICY_ROSTER ":%u: this key signs for '%s' and for '%s'; a key has one person\n", entry->line, owner,
			    person->person);
		owner = person->person;
	}
}

int
policy_roster_take(struct policy *policy, const char *text, size_t count, struct buf *errors)
{
	AUTO_ROSTER struct roster read = { 0 };
	size_t before = buf_len(errors);

	if (roster_parse(POLICY_ROSTER, text, &read, errors) < 0)
		return ERR_POLICY;
	for (size_t i = 0; i < read.count; i++)
		check_entry(policy, &read, &read.items[i], errors);
	if (buf_len(errors) > before)
		return ERR_POLICY;
	policy_roster_free(policy);
	policy->roster = own_alloc(sizeof *policy->roster);
	*policy->roster = TAKE(read, (struct roster){ 0 });
	secret_sha256(text, count, policy->roster_sha256);
	return 0;
}

void
policy_roster_free(struct policy *policy)
{
	if (policy->roster != NULL)
		roster_done(policy->roster);
	free(TAKE(policy->roster, NULL));
	memset(policy->roster_sha256, 0, sizeof policy->roster_sha256);
}
