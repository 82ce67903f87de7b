/* SPDX-License-Identifier: ISC */
/* Coming back: who enters a grant whose session has lost its client gets that session, not another one. */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/store/grant.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_return.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"

/*
 * One that waits for its client; or, when the grant is in use as often as it may be, the newest: a connection that hangs is
 * noticed by its engineer long before it is noticed here.
 */
static struct live *
choose(const struct peer *peer, const struct grant *grant)
{
	struct live *newest = NULL;
	int64_t count = 0;

	for (struct live *l = peer->gate->sessions; l != NULL; l = l->next) {
		if (!id_equal(&l->session.grant, &grant->id))
			continue;
		count++;
		if (l->session.columns == 0 || !l->launched || strcmp(l->session.person, peer_person(peer)) != 0)
			continue;
		if (l->away)
			return l;
		if (newest == NULL || l->session.clock.started.boot_us > newest->session.clock.started.boot_us)
			newest = l;
	}
	return count >= grant->sessions ? newest : NULL;
}

/* The peer's socket over a connection of its own, to where the next gate would connect. */
static int
pass(const struct peer *peer, const struct live *live, const struct wire_back *back)
{
	char id[ID_TEXT];
	AUTO_FREE char *path = place_path(peer->gate->daemon.place.run, "w", id_text(&live->session.id, id));
	AUTO_BUF struct buf out = { .max = 1024 };
	AUTO_FD int fd = -1;
	int r = wire_pack(WIRE_BACK, back, &out);

	if (r < 0)
		return r;
	fd = fdio_connect(path);
	return fd < 0 ? fd : fdio_send(fd, buf_data(&out), buf_len(&out), &peer->conn.fd, 1);
}

bool
gate_return(struct peer *peer, const struct grant *grant, const struct wire_enter *question)
{
	struct wire_back back = { .cols = question->cols, .rows = question->rows };
	const struct live *live = question->tty && question->command[0] == NULL ? choose(peer, grant) : NULL;
	int r;

	if (live == NULL)
		return false;
	r = pass(peer, live, &back);
	if (r < 0) {
		log_warn("a session cannot be come back to: %s", err_text(r));
		return false;
	}
	gate_say(peer->gate, LOG_ENTERED, &live->session.id, "%s comes back to the session as %s", peer_person(peer), grant->role);
	peer_hand_over(peer);
	peer_drop(peer, NULL);	/* our copy only: the worker holds the connection now */
	return true;
}
