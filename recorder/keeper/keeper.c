/* SPDX-License-Identifier: ISC */
/*
 * postern-keeper: the root side. It hears the gate through one fixed table of messages, holds its own table of roles,
 * and starts worker and warden of a session. It parses nothing that a stranger wrote, and keeps no session itself.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "lib/wire/conn.h"
#include "recorder/cage/cgroup.h"
#include "recorder/keeper/contract.h"
#include "recorder/keeper/keeper.h"
#include "recorder/client/wardens.h"

/* Descriptors that come with WIRE_LAUNCH, in this order. */
_Static_assert(LAUNCH_FDS <= FDIO_MOST, "a launch must fit in one message");

static int
answer(enum wire_kind kind, const void *fields)
{
	AUTO_BUF struct buf out = { .max = WIRE_FRAME_MOST };
	int r = wire_pack(kind, fields, &out);

	return r < 0 ? r : fdio_send(DAEMON_LINK, buf_data(&out), buf_len(&out), NULL, 0);
}

/* The gate must hold the same policy: it is told which one this is. */
static int
tell_table(const struct keeper *keeper)
{
	uint8_t none[KEEPER_HASH] = { 0 };
	struct wire_table table = { .policy = { none, KEEPER_HASH } };

	if (keeper->table != NULL) {
		table.policy.data = keeper->table->head.sha256;
		table.roles = keeper->table->head.count;
	}
	return answer(WIRE_TABLE, &table);
}

/* A wrong new policy never replaces a good one. */
static void
load_table(struct keeper *keeper)
{
	struct roletable *fresh = NULL;
	int r = roletable_ask(keeper->daemon.place.etc, keeper->daemon.trial, &fresh);

	if (r < 0) {
		log_error("no role table from %s: %s; %s", keeper->daemon.place.etc, err_text(r),
		    keeper->table != NULL ? "the old one stays" : "nobody can enter until it is right");
		return;
	}
	roletable_free_at(&keeper->table);
	keeper->table = fresh;
	log_info("%u roles from %s", fresh->head.count, keeper->daemon.place.etc);
}

static void
refuse(const struct id *session, const char *text)
{
	struct wire_launch_failed failed = { .session = *session };
	AUTO_FREE char *copy = own_dup(text);
	char id[ID_TEXT];

	failed.text = copy;
	log_warn("session %s is refused: %s", id_text(session, id), text);
	if (answer(WIRE_LAUNCH_FAILED, &failed) < 0)
		log_error("the gate does not hear");
}

/* What the gate asks for must fit our own table. NULL, or the sentence why not. */
static const char *
check(const struct keeper *keeper, const struct wire_launch *launch, size_t fd_count)
{
	int64_t left = launch->deadline_boot_us - clock_boot_us();

	if (fd_count != LAUNCH_RULES + (launch->mask ? 1u : 0u) + (launch->own_trail ? 2u : 0u))
		return "the gate sent the wrong number of descriptors";
	if (keeper->table == NULL)
		return "the keeper holds no valid policy; see its journal";
	if (launch->policy.count != KEEPER_HASH || memcmp(launch->policy.data, keeper->table->head.sha256, KEEPER_HASH) != 0)
		return "the policy has just changed; try again";
	if (launch->role >= keeper->table->head.count)
		return "there is no such role";
	if (left <= 0)
		return "the grant's time is over";
	if (left > keeper->table->records[launch->role].most_s * CLOCK_US)
		return "the grant is longer than the role allows";
	return NULL;
}

static void
watch_child(struct keeper *keeper, const struct wire_launched *launched)
{
	struct keeper_child *child = own_alloc(sizeof *child);

	*child = (struct keeper_child){ .next = keeper->children, .worker = (pid_t)launched->worker_pid, .session = launched->session };
	keeper->children = child;
}

static void
on_child(struct keeper *keeper, pid_t pid)
{
	char id[ID_TEXT];

	for (struct keeper_child **link = &keeper->children; *link != NULL; link = &(*link)->next) {
		struct keeper_child *child = *link;

		if (child->worker != pid)
			continue;
		launch_forget(keeper, id_text(&child->session, id));
		*link = child->next;
		free(child);
		return;
	}
}

/* Each at its number; -1 is what did not come. */
static void
place_fds(const struct wire_launch *launch, const int *came, int fds[LAUNCH_FDS])
{
	const bool comes[LAUNCH_FDS] = { [LAUNCH_RULES] = launch->mask, [LAUNCH_TRAIL_REC] = launch->own_trail, [LAUNCH_TRAIL_TAIL] = launch->own_trail };

	for (size_t i = 0; i < LAUNCH_FDS; i++)
		fds[i] = i < LAUNCH_RULES || comes[i] ? *came++ : -1;
}

static void
on_launch(struct keeper *keeper, const struct wire_launch *launch, const int *came, size_t fd_count)
{
	const char *why = check(keeper, launch, fd_count);
	int fds[LAUNCH_FDS];
	struct wire_launched launched = { .session = launch->session };
	char sentence[256];
	int r;

	if (why != NULL) {
		refuse(&launch->session, why);
		return;
	}
	place_fds(launch, came, fds);
	r = launch_session(keeper, launch, fds, &launched);
	if (r < 0) {
		snprintf(sentence, sizeof sentence, "the session could not be started: %s", err_text(r));
		refuse(&launch->session, sentence);
		return;
	}
	r = wardens_note(&keeper->daemon.place, &launch->session, (pid_t)launched.warden_pid);
	if (r < 0)
		log_warn("a warden cannot be noted: %s; only its worker can end the session early", err_text(r));
	watch_child(keeper, &launched);
	if (answer(WIRE_LAUNCHED, &launched) < 0)
		log_error("the gate does not hear");
}

static void
tell_receipt(const struct keeper *keeper, const struct id *session)
{
	struct wire_receipt receipt = { .session = *session };
	struct warden_left left;
	char id[ID_TEXT];
	int r = wardens_receipt(&keeper->daemon.place, session, &left);

	if (r == 0) {
		receipt.known = true;
		receipt.killed = left.killed;
		receipt.survivors = left.survivors;
		receipt.took_us = left.took_us;
	} else if (r != ERR_NOT_FOUND) {
		log_error("the receipt of session %s cannot be read: %s", id_text(session, id), err_text(r));
	}
	if (answer(WIRE_RECEIPT, &receipt) < 0)
		log_error("the gate does not hear");
}

static int
wait_for(struct keeper *keeper, int pidfd, const struct id *session)
{
	struct keeper_ending *ending = own_alloc(sizeof *ending);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ending };

	*ending = (struct keeper_ending){ .next = keeper->endings, .pidfd = pidfd, .session = *session };
	if (epoll_ctl(keeper->gone, EPOLL_CTL_ADD, pidfd, &event) < 0) {
		int r = -errno;

		free(ending);
		return r;
	}
	keeper->endings = ending;
	return 0;
}

static void
on_gone(struct keeper *keeper)
{
	struct epoll_event event;

	if (epoll_wait(keeper->gone, &event, 1, 0) <= 0)
		return;
	for (struct keeper_ending **link = &keeper->endings; *link != NULL; link = &(*link)->next) {
		struct keeper_ending *ending = *link;

		if (ending != event.data.ptr)
			continue;
		*link = ending->next;
		own_close(&ending->pidfd);
		tell_receipt(keeper, &ending->session);
		free(ending);
		return;
	}
}

/*
 * Its worker had its time, or says that it is over: the warden kills what is there and ends, one that is ending already
 * does so undisturbed. Only what it leaves then is the end of a session.
 */
static void
on_end(struct keeper *keeper, const struct wire_end_session *end)
{
	AUTO_FD int pidfd = wardens_end(&keeper->daemon.place, &end->session);
	char id[ID_TEXT];
	int r = pidfd < 0 ? pidfd : wait_for(keeper, pidfd, &end->session);

	id_text(&end->session, id);
	if (r == 0 && end->late)
		log_warn("session %s is ended by its warden, because its worker did not", id);
	else if (r < 0 && r != ERR_NOT_FOUND)
		log_error("the warden of session %s cannot be told: %s", id, err_text(r));
	if (r == 0)
		(void)TAKE(pidfd, -1);
	else
		tell_receipt(keeper, &end->session);
}

/* One message of the gate. Anything wrong in it is a fault of a program of ours: the keeper ends, posternd starts both anew. */
static void
on_gate(struct keeper *keeper)
{
	static uint8_t bytes[WIRE_FRAME_MOST + 8];
	AUTO_MESSAGE struct wire_message message = { 0 };
	int fds[FDIO_MOST];
	size_t fd_count;
	ssize_t n = fdio_recv(DAEMON_LINK, bytes, sizeof bytes, fds, &fd_count);
	int r;

	for (size_t i = n < 0 ? 0 : fd_count; i < FDIO_MOST; i++)
		fds[i] = -1;
	if (n <= 0) {
		log_info("the gate has gone");
		_exit(0);
	}
	r = n > 4 ? wire_unpack(bytes, (size_t)n, bytes[4], &message) : ERR_MSG_SHORT;
	if (r < 0 || (message.kind != WIRE_LAUNCH && message.kind != WIRE_END_SESSION))
		log_fatal("the gate sent what the keeper has no rule for: %s", err_text(r < 0 ? r : ERR_MSG_REFUSED));
	if (message.kind == WIRE_LAUNCH)
		on_launch(keeper, message.fields, fds, fd_count);
	else
		on_end(keeper, message.fields);
	for (size_t i = 0; i < fd_count; i++)
		close(fds[i]);
}

static void
on_signal(struct keeper *keeper, int signals)
{
	struct signalfd_siginfo info;
	pid_t pid;

	if (fdio_read(signals, &info, sizeof info) < 0)
		log_fatal("cannot read signals");
	if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
		_exit(0);
	if (info.ssi_signo == SIGHUP) {
		load_table(keeper);
		if (tell_table(keeper) < 0)
			log_fatal("the gate does not hear");
	}
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		on_child(keeper, pid);
}

static int
open_signals(void)
{
	static const int heard[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT, 0 };
	int fd = signals_open(heard, NULL);

	if (fd < 0)
		log_fatal("cannot watch signals: %s", err_text(fd));
	return fd;
}

int
main(int argc, char **argv)
{
	struct keeper keeper = { .watch = -1, .gone = epoll_create1(EPOLL_CLOEXEC) };
	int signals;

	daemon_init(&keeper.daemon, "postern-keeper", argc, argv);
	daemon_accounts(&keeper.daemon);
	if (fdio_cloexec(DAEMON_LINK, true) < 0)
		log_fatal("the keeper is started by posternd only");
	signals = open_signals();
	if (keeper.gone < 0)
		log_fatal("wardens cannot be waited for");
	if (!keeper.daemon.trial)
		keeper.watch = cgroup_watch();
	launch_sweep(&keeper);
	load_table(&keeper);
	if (tell_table(&keeper) < 0)
		log_fatal("the gate does not hear");
	for (;;) {
		struct pollfd fds[] = { { .fd = DAEMON_LINK, .events = POLLIN }, { .fd = signals, .events = POLLIN },
			{ .fd = keeper.gone, .events = POLLIN } };

		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			log_fatal("cannot wait: %s", strerror(errno));
		if (fds[1].revents != 0)
			on_signal(&keeper, signals);
		if (fds[2].revents != 0)
			on_gone(&keeper);
		if (fds[0].revents != 0)
			on_gate(&keeper);
	}
}
