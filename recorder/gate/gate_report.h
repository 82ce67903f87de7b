/* SPDX-License-Identifier: ISC */
/* Pages of a report's rows. */
#ifndef POSTERN_RECORDER_GATE_GATE_REPORT_H
#define POSTERN_RECORDER_GATE_GATE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/id.h"

struct peer;

#define REPORT_PAGE	1000		/* most rows of a page */
#define REPORT_BYTES	(1u << 20)	/* about so many bytes end a page early */

/* A page as it is being put. */
struct report_page {
	struct peer	*peer;
	int64_t		 after;		/* the last row's; at first the question's */
	struct id	 after_id;
	unsigned	 rows;
	size_t		 bytes;
	bool		 is_full;
};

/* One row more of about so many bytes: 0, or 1 if that was enough. Negative if the peer has gone. */
int	report_page_next(struct report_page *page, size_t bytes);

/* Rows of the time that the peer has opened, from page->after on. 0 or negative. */
int	report_sessions(struct report_page *page);
int	report_requests(struct report_page *page);
int	report_events(struct report_page *page);

#endif
