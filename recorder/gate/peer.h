/* SPDX-License-Identifier: ISC */
/* One connection of a client (postern, console, player) to the gate. */
#ifndef POSTERN_RECORDER_GATE_PEER_H
#define POSTERN_RECORDER_GATE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/id.h"
#include "lib/wire/conn.h"

struct deposit;
struct event;
struct gate;
struct who;

/* Recording that the peer opened and may read now. */
struct peer_reading {
	struct id	session;
	int		rec[2], tail[2];	/* descriptors of the recording, of the trail beside it; -1 */
	int64_t		until_boot_us;	/* then its window is over; 0: it has none */
	int64_t		watched_boot_us;	/* since then the session, which ran, is watched; 0: not */
};

/* The time of the report that the peer is making, and its entries in the log. */
struct peer_audit {
	bool	is_open;
	int64_t	from_us, end_us;
	int64_t	first, end;
};

struct peer {
	struct gate		*gate;
	struct peer		*next;
	struct wire_conn	 conn;
	struct event		*readable, *writable, *silent;
	uid_t			 uid;
	pid_t			 pid;
	char			*program;
	char			*as;		/* who to be, in trial mode */
	char			*login;		/* how it came in by ssh, as it says itself (wire_login); NULL */
	struct who		*who;		/* NULL until it is known */
	bool			 subscribed;
	bool			 asking;	/* who it is is being looked up: nothing is taken off its queue meanwhile */
	bool			 waits;		/* ... or, once that is known, the keeper reads the policy */
	bool			 entering;	/* the keeper has its socket */
	bool			 broken;	/* to be freed when its turn is over */
	struct wire_message	 held;		/* heard when the answer is there */
	struct peer_reading	 reading;
	struct peer_audit	 audit;
	struct deposit		*deposits;	/* that no grant counts for yet (gate_deposit.h) */
};

/*
 * Accepts from the listening socket `fd` (libevent callback's work). Too many of one uid are turned away. 0, or -errno: no
 * descriptor is left, so the listener should rest for a moment.
 */
int	peer_accept(struct gate *gate, int fd);

/* The keeper has its socket now: nothing is read from it any more. */
void	peer_hand_over(struct peer *peer);

/* Ends a connection; `why` (NULL: nothing to say) goes to the journal. */
void	peer_drop(struct peer *peer, const char *why);

/* What it has opened is closed, and the log told if that was watched: the next read of it is refused. */
void	peer_reading_over(struct peer *peer);

/* Queues an answer. A peer that does not read is dropped. */
void	peer_put(struct peer *peer, enum wire_kind kind, const void *fields);
void	peer_done(struct peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void	peer_fail(struct peer *peer, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The answer for an error nobody had a better sentence for. */
void	peer_error(struct peer *peer, int error);

/* Those whose entry waits for the keeper go on if it holds the gate's policy, or has had its time for that. */
void	peers_keeper(struct gate *gate);

/* What is known about people may have changed: everybody is looked up again before anything is decided for them. */
void	peers_doubt(struct gate *gate);

/* Tells everybody who subscribed. */
void	peers_changed(struct gate *gate, const char *what, const struct id *id);

/* How many consoles of different persons are open for which `may` says yes. */
unsigned peers_count(struct gate *gate, bool (*may)(const struct peer *peer, void *user), void *user);

/* The person's name; "" before it is known. */
const char *peer_person(const struct peer *peer);

#endif
