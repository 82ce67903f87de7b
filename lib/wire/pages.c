/* SPDX-License-Identifier: ISC */
/* Page after page: each begins with the microsecond that the last one ended in, and what was seen of it is passed over. */
#include "config.h"

#include <string.h>

#include "lib/wire/pages.h"

struct turn {
	const struct pages	*pages;
	unsigned		 rows, fresh;	/* a full page may not be the last */
	int64_t			 last_us;
	struct id		 last;
};

static int
each_row(struct client *client, const void *fields, void *user)
{
	struct turn *turn = user;
	int64_t at_us;
	struct id id;

	turn->rows++;
	turn->pages->place(fields, &at_us, &id);
	if (turn->last_us == at_us && memcmp(id.bytes, turn->last.bytes, ID_BYTES) <= 0)
		return 0;
	turn->fresh++;
	turn->last_us = at_us;
	turn->last = id;
	return turn->pages->each(client, fields, turn->pages->user);
}

int
client_pages(struct client *client, const struct pages *pages)
{
	struct turn turn = { .pages = pages };
	int r;

	do {
		turn.rows = turn.fresh = 0;
		if (turn.last_us != 0)
			*pages->until_us = turn.last_us + 1;
		r = client_ask(client, pages->question, pages->fields, pages->row, each_row, &turn);
	} while (r == 0 && turn.rows >= PAGES_ROWS && turn.fresh > 0);
	return r;
}
