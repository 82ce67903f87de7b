/* SPDX-License-Identifier: ISC */
/* Launches go to the keeper; its answers come back. */
#include "config.h"

#include <event2/event.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/wire/conn.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_keeper.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"

#define READ_US	(20 * CLOCK_US)	/* what one of the two needs at most to read what the other has read */

static void
on_table(struct gate *gate, const struct wire_table *table)
{
	if (table->policy.count != sizeof gate->keeper.hash)
		log_fatal("the keeper sent a table without a hash");
	memcpy(gate->keeper.hash, table->policy.data, sizeof gate->keeper.hash);
	gate->keeper.known = true;
	if (gate_keeper_agrees(gate)) {
		peers_keeper(gate);
		return;
	}
	gate->keeper.parted_us = clock_boot_us();
	log_warn("gate and keeper hold different policies; nobody enters until both have read the same");
}

static void
on_launched(struct gate *gate, const struct wire_launched *launched)
{
	struct live *live = live_find(gate, &launched->session);

	if (live == NULL)
		return;
	live->launched = true;
	live->session.worker_pid = launched->worker_pid;
	live->session.warden_pid = launched->warden_pid;
	if (live->client != NULL)
		peer_drop(live->client, NULL);	/* our copy only: the worker holds the connection now */
	live->client = NULL;
}

static void
on_failed(struct gate *gate, const struct wire_launch_failed *failed)
{
	struct live *live = live_find(gate, &failed->session);
	struct session_end end = { .why = "not-started", .status = -1, .at_us = clock_wall_us() };

	if (live == NULL)
		return;
	if (live->client != NULL) {
		peer_fail(live->client, STATUS_FAILED, "%s", failed->text);
		peer_drop(live->client, NULL);
		live->client = NULL;
	}
	live_end(live, &end);
}

static void
on_readable(evutil_socket_t fd, short what, void *user)
{
	static uint8_t bytes[WIRE_FRAME_MOST + 8];
	AUTO_MESSAGE struct wire_message message = { 0 };
	struct gate *gate = user;
	int fds[FDIO_MOST];
	size_t fd_count;
	ssize_t n = fdio_recv(fd, bytes, sizeof bytes, fds, &fd_count);

	(void)what;
	if (n <= 0) {
		gate_say(gate, LOG_GATE_STOPPED, NULL, "the keeper has gone, and the gate stops with it; running sessions go on");
		event_base_loopbreak(gate->base);
		return;
	}
	for (size_t i = 0; i < fd_count; i++)
		close(fds[i]);
	if (n > 4 && wire_unpack(bytes, (size_t)n, bytes[4], &message) == 0) {
		if (message.kind == WIRE_TABLE)
			on_table(gate, message.fields);
		else if (message.kind == WIRE_LAUNCHED)
			on_launched(gate, message.fields);
		else if (message.kind == WIRE_LAUNCH_FAILED)
			on_failed(gate, message.fields);
		else if (message.kind == WIRE_RECEIPT)
			live_receipt(gate, message.fields);
	} else {
		log_fatal("the keeper sent what is not a message");
	}
}

int
gate_keeper_agrees(const struct gate *gate)
{
	return gate->keeper.known && gate->policy != NULL &&
	    memcmp(gate->keeper.hash, gate->policy->sha256, sizeof gate->keeper.hash) == 0;
}

bool
gate_keeper_is_reading(const struct gate *gate)
{
	return gate->policy != NULL && !gate_keeper_agrees(gate) && clock_boot_us() - gate->keeper.parted_us < READ_US;
}

void
gate_keeper_start(struct gate *gate)
{
	if (fdio_cloexec(DAEMON_LINK, true) < 0)
		log_fatal("the gate is started by posternd only");
	gate->keeper.readable = event_new(gate->base, DAEMON_LINK, EV_READ | EV_PERSIST, on_readable, gate);
	if (gate->keeper.readable == NULL)
		log_fatal("out of memory");
	event_add(gate->keeper.readable, NULL);
}

int
gate_keeper_end(struct gate *gate, const struct id *session, bool late)
{
	AUTO_BUF struct buf out = { .max = WIRE_FRAME_MOST };
	struct wire_end_session end = { .session = *session, .late = late };
	int r = wire_pack(WIRE_END_SESSION, &end, &out);

	(void)gate;
	return r < 0 ? r : fdio_send(DAEMON_LINK, buf_data(&out), buf_len(&out), NULL, 0);
}

int
gate_keeper_launch(struct gate *gate, const struct wire_launch *launch, const int fds[LAUNCH_FDS])
{
	AUTO_BUF struct buf out = { .max = WIRE_FRAME_MOST };
	int r = wire_pack(WIRE_LAUNCH, launch, &out);
	int there[LAUNCH_FDS];
	size_t count = 0;

	(void)gate;
	for (size_t i = 0; i < LAUNCH_FDS; i++)
		if (fds[i] >= 0)
			there[count++] = fds[i];
	return r < 0 ? r : fdio_send(DAEMON_LINK, buf_data(&out), buf_len(&out), there, count);
}
