/* SPDX-License-Identifier: ISC */
/*
 * The console's connection to one gate: over its socket, or over `ssh HOST postern stdio`. Never blocks once the
 * screen is up; comes back by itself. Questions are answered in order, so a row of pending ones says what an answer is.
 */
#ifndef POSTERN_CONSOLE_LINK_H
#define POSTERN_CONSOLE_LINK_H

#include <poll.h>
#include <sys/types.h>

#include "console/queue.h"

#define LINK_RETRY_S	2
#define LINK_PENDING	64	/* questions not answered yet */
#define LINK_TEXT	512

enum link_state { LINK_DOWN, LINK_GREETING, LINK_UP };

/* What was asked; a LIST has rows. */
enum question { ASK_HELLO, ASK_SUBSCRIBE, ASK_REVIEW, ASK_WAITING, ASK_GRANTS, ASK_RUNNING, ASK_DECIDED, ASK_ENDED, ASK_ACT };

struct link {
	/* who */
	unsigned	 number;	/* in the console's row of links, and in its rows */
	const char	*host;		/* of -H; NULL: this machine's gate */
	const char	*socket;	/* path, where host is NULL */
	const char	*as;		/* trial mode; may be NULL */
	const char	*root;		/* the same */
	struct queue	*queue;
	/* state */
	enum link_state	 state;
	struct wire_conn conn;
	pid_t		 ssh;		/* 0 = none */
	int		 complaints;	/* what ssh writes on its standard error; -1 = none */
	unsigned char	 pending[LINK_PENDING];	/* enum question, oldest first */
	unsigned	 pending_count;
	unsigned	 stale;		/* bits 1 << question: lists to ask for again */
	int64_t		 lost_us;	/* wall: since when there is none; 0 while up */
	int64_t		 retry_us;	/* boot: when to try again */
	int64_t		 asked_us;	/* boot: lists were asked for, to do so at most ten times a second */
	char		 why[LINK_TEXT];	/* why there is no connection */
	struct wire_message welcome;	/* struct wire_welcome of the last greeting; kept while down */
	char		 trouble[LINK_TEXT * 2];	/* what the gate says is wrong with it; "" */
	/* the answer to the last act, until somebody takes it */
	bool		 answered, worked;
	char		 answer[LINK_TEXT * 4];
};

void	link_init(struct link *link, unsigned number, const char *host, struct queue *queue);
void	link_done(struct link *link);

/* Starts to connect; what goes wrong is in link->why and is tried again by link_step(). */
void	link_open(struct link *link);

/* Descriptors to poll and what for: fills two entries (-1 where there is none). */
void	link_poll(const struct link *link, struct pollfd fds[2]);

/* After poll: reads, takes messages, asks for what is stale, reconnects. True if anything to be seen changed. */
bool	link_step(struct link *link, const struct pollfd fds[2]);

/* Boot microseconds of the next thing link_step() has to do without being woken by a descriptor; INT64_MAX if none. */
int64_t	link_due(const struct link *link);

/* Sends an act (decide, revoke, say). 0, or a negative error and nothing was sent. */
int	link_act(struct link *link, enum wire_kind kind, const void *fields);

/* Of the last greeting; NULL before the first. */
const struct wire_welcome	*link_welcome(const struct link *link);

/* The bastion's name: from the greeting, else the host of -H, else "this machine". */
const char	*link_name(const struct link *link);

#endif
