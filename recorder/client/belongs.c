/* SPDX-License-Identifier: ISC */
/* Groups of accounts, asked of NSS here and now: for questions to a policy's files, never in the gate. */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/own.h"
#include "recorder/client/belongs.h"

#define MOST_GROUPS	1024

void
belongs_done(struct belongs *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->entries[i]);
	free(b->entries);
	*b = (struct belongs){ 0 };
}

void
belongs_add(struct belongs *b, const char *account)
{
	const struct passwd *pw = getpwnam(account);
	gid_t gids[MOST_GROUPS];
	int count = MOST_GROUPS;

	if (pw == NULL || getgrouplist(account, pw->pw_gid, gids, &count) < 0)
		return;
	for (int i = 0; i < count; i++) {
		const struct group *gr = getgrgid(gids[i]);
		char *entry;

		if (gr == NULL || asprintf(&entry, "group:%s", gr->gr_name) < 0)
			continue;
		b->entries = own_grow(b->entries, b->count + 1, sizeof *b->entries);
		b->entries[b->count++] = entry;
	}
}
