/* SPDX-License-Identifier: ISC */
/* postern-tracer: main and the loop. A record is in the pipe before the process that it tells of goes on. */
#include "config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/record/event.h"
#include "recorder/trail/exact.h"
#include "recorder/trail/frame.h"
#include "recorder/trail/tracer.h"

#define NOTIF_ROOM	512	/* the kernel's struct may grow */
#define WHY_MOST	200
/* Linux 6.6: the waiting process and the tracer wake each other on one processor. */
#define SET_FLAGS	SECCOMP_IOW(4, uint64_t)
#define SYNC_WAKE_UP	UINT64_C(1)

/* ---- to the worker */

static void
tell(uint32_t kind, const void *payload, size_t count)
{
	struct frame frame = { .kind = kind, .count = (uint32_t)count, .boot_us = clock_boot_us() };
	static uint8_t bytes[sizeof frame + FRAME_MOST];

	if (count > FRAME_MOST)
		log_fatal("a record of %zu bytes", count);
	memcpy(bytes, &frame, sizeof frame);
	memcpy(bytes + sizeof frame, payload, count);
	if (fdio_write(TRACER_OUT, bytes, sizeof frame + count) < 0)
		_exit(0);	/* the worker has gone, and with it the session */
}

static void
tell_event(struct tracer *t, int r, const struct rec_event *event)
{
	if (r == 0)
		tell(event->kind, event->bytes, event->count);
	buf_clear(&t->payload);
}

void
tracer_tell_exec(struct tracer *t, const struct rec_exec *exec)
{
	struct rec_event event;

	tell_event(t, rec_exec_make(exec, &t->payload, &event), &event);
}

void
tracer_tell_file(struct tracer *t, const struct rec_file *file)
{
	struct rec_event event;

	tell_event(t, rec_file_make(file, &t->payload, &event), &event);
}

void
tracer_tell_ask(struct tracer *t, uint64_t id, const struct rec_exec *exec)
{
	static uint8_t bytes[FRAME_MOST];
	struct rec_event event;

	if (rec_exec_make(exec, &t->payload, &event) < 0 || event.count > sizeof bytes - sizeof id)
		log_fatal("a command longer than a frame");	/* what is read of one is bounded far below */
	memcpy(bytes, &id, sizeof id);
	memcpy(bytes + sizeof id, event.bytes, event.count);
	tell(FRAME_ASK, bytes, sizeof id + event.count);
	buf_clear(&t->payload);
}

void
tracer_tell_changed(uint64_t id)
{
	tell(FRAME_CHANGED, &id, sizeof id);
}

/* ---- the loop */

/* A process that was killed meanwhile is nobody's loss. */
void
tracer_reply(const struct tracer *t, uint64_t id, int error)
{
	static union {
		struct seccomp_notif_resp	reply;
		uint8_t				room[NOTIF_ROOM];
	} out;

	memset(&out, 0, sizeof out);
	out.reply = (struct seccomp_notif_resp){ .id = id, .error = -error, .flags = error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0 };
	(void)ioctl(t->listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
}

/* Nothing here waits: a call that is asked about is answered later. */
static void
on_listener(struct tracer *t)
{
	static union {
		struct seccomp_notif	notif;
		uint8_t			room[NOTIF_ROOM];
	} in;
	int verdict;

	memset(&in, 0, sizeof in);
	if (ioctl(t->listener, SECCOMP_IOCTL_NOTIF_RECV, &in) < 0)
		return;
	verdict = tracer_call(t, &in.notif, NULL);
	if (verdict != CALL_WAITS)
		tracer_reply(t, in.notif.id, verdict);
}

static void
tell_over(struct tracer *t)
{
	uint64_t lost;

	exact_ring_turn(t);
	lost = t->exact_lost + exact_ring_lost(&t->ring);
	if (lost > 0)
		tell(FRAME_EXACT_LOST, &lost, sizeof lost);
	tell(FRAME_OVER, "", 0);
	close(t->link);	/* init reads this as: everything is told */
	t->link = -1;
}

static void
turn(struct tracer *t)
{
	struct pollfd fds[] = {
		{ .fd = t->epoll, .events = POLLIN }, { .fd = tracer_has_room(t) ? t->listener : -1, .events = POLLIN },
		{ .fd = t->link, .events = POLLIN }, { .fd = t->stops, .events = POLLIN }, { .fd = t->ring.fd, .events = POLLIN },
		{ .fd = t->answers, .events = POLLIN },
	};

	if (poll(fds, sizeof fds / sizeof fds[0], -1) < 0)
		return;
	if (fds[3].revents != 0)
		exact_ptrace_turn(t);
	if (fds[4].revents != 0)
		exact_ring_turn(t);
	if (fds[0].revents != 0)
		tracer_reap(t);	/* first: then no number below is still an old one's */
	if (fds[2].revents != 0) {
		tracer_reap(t);
		tell_over(t);
	}
	if (fds[5].revents != 0)
		tracer_answered(t);
	if (fds[1].revents & POLLIN)
		on_listener(t);
	else if (fds[1].revents & (POLLHUP | POLLERR))
		own_close(&t->listener);	/* nobody is left in the session; their ends come as they are reaped */
	if (t->listener < 0 && t->link < 0)
		_exit(0);
}

/* ---- the start */

static uint8_t
witness_of(const struct tracer *t)
{
	if (t->ring.fd >= 0)
		return TRACER_KERNEL;
	return t->stops >= 0 ? TRACER_PTRACE : TRACER_CLAIMED;
}

/* The listener comes from the session's child; or a text, and then there is none. */
static void
take_listener(struct tracer *t)
{
	char text[WHY_MOST];
	int fds[FDIO_MOST];
	size_t fd_count = 0;
	uint64_t flags = SYNC_WAKE_UP;
	uint8_t tells_exit = t->tells_exit, witness = witness_of(t);
	ssize_t n = fdio_recv(TRACER_LINK, text, sizeof text, fds, &fd_count);

	if (n <= 0)
		_exit(0);	/* the session ended before it began */
	if (fd_count != 2) {
		tell(FRAME_NONE, text, (size_t)n);
		_exit(0);
	}
	t->listener = fds[0];
	t->proc = fds[1];
	(void)ioctl(t->listener, SET_FLAGS, flags);
	tell(FRAME_BEGUN, &tells_exit, sizeof tells_exit);
	exact_ring_skip(t);	/* this program and init; the session's first one waits for us */
	if (witness != TRACER_CLAIMED)
		tell(FRAME_EXACT, &witness, sizeof witness);
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* The kernel's program, if init could load one; else ptrace, if that may be used. */
static void
open_exact(struct tracer *t)
{
	if (exact_ring_open(&t->ring) < 0 && exact_ptrace_try() == 0)
		t->stops = exact_ptrace_open();
}

static void
read_words(struct tracer *t, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], TRACER_WANTS_EXACT) == 0)
			open_exact(t);
		if (strcmp(argv[i], TRACER_WANTS_ANSWERS) == 0) {
			t->asks = true;
			t->answers = TRACER_ANSWERS;
		}
	}
}

int
main(int argc, char **argv)
{
	struct tracer tracer = { .listener = -1, .link = TRACER_LINK, .stops = -1, .ring = { .fd = -1 }, .answers = -1 };
	uint8_t ready;
	sigset_t all;
	int r;

	log_open("postern-tracer", LOG_LEVEL_WARN);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		log_fatal("the tracer cannot be protected");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	raise_limit();
	buf_init(&tracer.payload, FRAME_MOST);
	r = tracer_watch(&tracer);
	if (r < 0)
		log_fatal("the tracer cannot watch processes: %s", err_text(r));
	read_words(&tracer, argc, argv);
	ready = witness_of(&tracer);
	if (fdio_write(TRACER_LINK, &ready, 1) < 0)	/* loaded: init goes on with its mounts */
		_exit(0);
	take_listener(&tracer);
	r = tracer_sandbox(tracer.stops >= 0);
	if (r < 0)
		log_fatal("the tracer cannot be confined: %s", err_text(r));
	for (;;)
		turn(&tracer);
}
