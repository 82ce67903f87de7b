/* SPDX-License-Identifier: ISC */
/* Lists that are longer than one answer: the newest rows first, asked for a page at a time. */
#ifndef POSTERN_LIB_WIRE_PAGES_H
#define POSTERN_LIB_WIRE_PAGES_H

#include "lib/wire/client.h"

#define PAGES_ROWS	1000	/* of one answer; the gate gives no more */

struct pages {
	enum wire_kind	 question, row;
	void		*fields;	/* of the question; */
	int64_t		*until_us;	/* in it: only rows from before then, 0: all */
	/* By what a row stands in the list: newest first, and by its id among those of the same microsecond. */
	void		(*place)(const void *row, int64_t *at_us, struct id *id);
	client_row	*each;
	void		*user;
};

/* Hands every row to `each`, none twice. As client_ask(). Rows that are made meanwhile are not among them. */
int	client_pages(struct client *client, const struct pages *pages);

#endif
