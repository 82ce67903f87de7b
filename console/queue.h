/* SPDX-License-Identifier: ISC */
/*
 * What the console knows: entries without a decision that nobody has reviewed, requests that wait, grants not entered yet, sessions that run; of one gate or several. A row
 * that the gate no longer lists stays for a moment, marked as gone, and as long as the pointer is on it: no key ever
 * hits another row than the one that was read.
 */
#ifndef POSTERN_CONSOLE_QUEUE_H
#define POSTERN_CONSOLE_QUEUE_H

#include <stdbool.h>

#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

enum list { LIST_REVIEW, LIST_WAITING, LIST_GRANTED, LIST_RUNNING, LIST_COUNT };

#define QUEUE_GONE_S	4	/* how long a row that went away is still shown */

struct row {
	struct wire_message	message;	/* wire_request_row, wire_grant_row or wire_session_row, by `list` */
	enum list		list;
	unsigned		link;		/* which gate's */
	struct id		id;
	int64_t			since_us;	/* order within a list: the oldest is first */
	char			key_why[96];	/* it takes an auditor's key, which no console has; or "" */
	bool			listed;		/* by the listing that is under way */
	int64_t			gone_us;	/* 0 while the gate lists it */
};

struct rows {
	struct row	**row;
	size_t		  count;
};

struct queue {
	struct rows	 lists[LIST_COUNT];
	struct row	*at;		/* the pointer; NULL if there is nothing to point at */
	bool		 moved;		/* by a person: from then on it goes nowhere by itself */
	char		*filter;	/* never NULL */
	int64_t		 decided_us;	/* the last decision heard of; 0 = none */
	const char	*sign_why;	/* a grant that must be signed cannot be from here, and why; NULL: it can */
	bool		 alarm;		/* somebody has entered without a decision; who rings for it puts it out */
};

void	 queue_init(struct queue *queue);
void	 queue_done(struct queue *queue);

/* A gate's listing: begin, its rows (what is taken is zeroed in *message), end. now_us marks what went away. */
void	 queue_begin(struct queue *queue, enum list list, unsigned link);
void	 queue_put(struct queue *queue, enum list list, unsigned link, struct wire_message *message);
void	 queue_end(struct queue *queue, enum list list, unsigned link, int64_t now_us);

/* A request or session that was decided or ended lately: tells what became of a row that is going away. */
void	 queue_recent(struct queue *queue, enum list list, unsigned link, struct wire_message *message);

/* Forgets rows gone long enough and puts the pointer somewhere sensible. True if something changed. */
bool	 queue_sweep(struct queue *queue, int64_t now_us);

/* The pointer: by rows that are shown, across lists; to the next list that has rows; to the first or last row. */
void	 queue_move(struct queue *queue, long by);
void	 queue_next_list(struct queue *queue);
void	 queue_edge(struct queue *queue, bool last);

void	 queue_set_filter(struct queue *queue, const char *text);
bool	 queue_shows(const struct queue *queue, const struct row *row);	/* by the filter */
size_t	 queue_shown(const struct queue *queue, enum list list);
size_t	 queue_live(const struct queue *queue, enum list list);		/* listed by the gate, filter or not */

/* The row again after time has passed; NULL if it is not there any more. */
struct row	*queue_find(const struct queue *queue, enum list list, unsigned link, const struct id *id);

/* Why a grant of this request cannot be from here: signing, or a key that it takes; NULL if it can, or need not be, or is not this person's to make. */
const char	*queue_sign_why(const struct queue *queue, const struct row *row);

/* What all three kinds have. */
const char	*row_role(const struct row *row);
/* "open " for a request that is not for the role but to open a recording of it; else "". */
const char	*row_opens(const struct row *row);
const char	*row_person(const struct row *row);
const char	*row_reason(const struct row *row);
bool		 row_waits(const struct row *row);	/* a session in which a line waits for a yes or no */
const char	*row_host(const struct row *row);

/* The row's own kind; NULL if it is another. */
const struct wire_request_row	*row_request(const struct row *row);
const struct wire_grant_row	*row_grant(const struct row *row);
const struct wire_session_row	*row_session(const struct row *row);

#endif
