/* SPDX-License-Identifier: ISC */
/* A running session as the gate knows it: its worker's connection and what the worker last said. */
#ifndef POSTERN_RECORDER_GATE_LIVE_H
#define POSTERN_RECORDER_GATE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/session.h"
#include "lib/wire/conn.h"

struct event;
struct gate;
struct peer;
struct wire_receipt;

/* Its engineer asks from inside for more time; n 0: not now. */
struct live_wish {
	int64_t	 n, seconds;
	char	*reason;
};

struct live {
	struct gate		*gate;
	struct live		*next;
	struct session		 session;	/* as entered in the catalogue */
	struct wire_conn	 conn;		/* to the worker */
	struct event		*readable, *writable, *overdue;
	struct peer		*client;	/* until the keeper has taken it over; NULL then */
	bool			 launched, checking;
	bool			 away;		/* it waits for its client */
	bool			 is_outdated;	/* its role allows something else now, and that has been said */
	bool			 behind;	/* a report is not in the catalogue: later ones are not acknowledged */
	char			 trouble[96];	/* what keeps the session from going on; "" */
	char			 frozen[128];	/* by whom and why, in words; "" */
	char			 guarded[256];	/* the line that waits for an approver's answer; "" */
	int64_t			 guarded_n;	/* of the question about it */
	struct live_wish	 wish;
	struct wire_message	 said;		/* its worker's report that it is over, which waits for the warden's receipt; kind 0: none */
	unsigned		 reconnects;
	int64_t			 stop_boot_us;	/* told to end then; 0 */
	bool			 hurried;	/* the keeper was asked to end it */
	int64_t			 active_us, output_bytes;
	uint32_t		 cols, rows;
};

/* A session that is about to start; takes the descriptor. */
struct live	*live_new(struct gate *gate, const struct session *session, int fd);

/* NULL if no session of this id runs. */
struct live	*live_find(struct gate *gate, const struct id *id);

/* Sends to the worker; one that does not read loses its connection (and is connected to again). */
void		 live_put(struct live *live, enum wire_kind kind, const void *fields);

/* The session is over for the gate: end in the catalogue (the first end counts), and freed. */
void		 live_end(struct live *live, const struct session_end *end);

/* The end into catalogue and log, both or neither; the first one counts. 0 or negative, after a line in the journal. */
int		 live_finish(struct live *live, const struct session_end *end);
void		 live_leave(struct live *live);	/* freed; everybody is told */

/*
 * Finds the workers of all sessions that have not ended, or notes that they are lost; asks again for reports that the
 * catalogue did not take. At the start of the gate, and every few seconds.
 */
void		 live_find_all(struct gate *gate);

/* The keeper says what the session's warden left: a session whose worker has said so is over now. */
void		 live_receipt(struct gate *gate, const struct wire_receipt *receipt);

/* The peer is going: no session may point to it. */
void		 live_forget_peer(struct gate *gate, const struct peer *peer);

/* Tells the worker to end the session; one that does not is ended by live_hurry(). Texts are borrowed. */
void		 live_stop(struct live *live, const char *reason, const char *by);

/* Sessions that should have ended some seconds ago, by order or by their deadline: the keeper ends them. */
void		 live_hurry(struct gate *gate);

/* How long each session has been idle, and how large its window is. */
void		 live_ask_status(struct gate *gate);

/* Once a minute: accounts and groups of everybody in a session; a lost right ends it. */
void		 live_check_rights(struct gate *gate);

/* A policy was loaded: says in the log which sessions go on under what their role allowed before. */
void		 live_compare_roles(struct gate *gate);

#endif
