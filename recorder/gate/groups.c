/* SPDX-License-Identifier: ISC */
/* The gate's side of the look-ups: two helpers with a queue each. Nothing here waits. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/signals.h"
#include "recorder/gate/groups_kept.h"
#include "recorder/gate/nss_frame.h"

#define COMMAND_PREFIX	"command:"
#define FAILED_MS	200	/* a helper that cannot be started or asked is not tried in a tight loop */
#define GRACE_MS	1000	/* the helper keeps a command's limit itself; only one that does not is killed */

struct question {
	TAILQ_ENTRY(question)	 link;
	enum groups_kind	 kind;
	char			*argument;
	void			 (*done)(const struct groups_answer *, void *);
	void			*user;
};

TAILQ_HEAD(questions, question);

/* One helper and those who wait for it. While `asking`, the question on its way is `kind` and `argument`. */
struct lane {
	struct groups		*groups;
	pid_t			 pid;		/* 0: none */
	pid_t			 dead;		/* killed, not yet reaped */
	int			 fd;
	struct event		*readable;	/* NULL: no helper */
	struct event		*timer;		/* the limit */
	struct questions	 waiting;
	struct questions	 told;		/* have their answer; being called one after the other */
	bool			 asking;
	bool			 sent;		/* false: no helper could be asked */
	enum groups_kind	 kind;
	char			*argument;
	struct buf		 in;
};

enum { LANE_NSS, LANE_COMMAND, LANES };

struct groups {
	struct event_base	*base;
	struct lane		 lanes[LANES];
	struct event		*soon;		/* fires at once: answers that need no helper */
	struct questions	 ready;
	struct kept_answers	 kept;
};

static const struct groups_limits usual = { .answer_ms = 5000, .fresh_ms = 10000, .list_fresh_ms = 30000,
	.list_kept_ms = 600000 };

static void	 lane_next(struct lane *lane);

static struct timeval
span(int ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
}

static void
question_free(struct question *q)
{
	free(q->argument);
	free(q);
}

/* A killed helper goes at once, or when it leaves the kernel; the gate may have reaped it already. */
static void
lane_reap(struct lane *lane)
{
	if (lane->dead != 0 && waitpid(lane->dead, NULL, WNOHANG) != 0)
		lane->dead = 0;
}

static void
lane_kill(struct lane *lane)
{
	if (lane->pid == 0)
		return;
	kill(lane->pid, SIGKILL);
	if (lane->dead != 0)
		waitpid(lane->dead, NULL, WNOHANG);
	lane->dead = lane->pid;
	lane->pid = 0;
	event_free(lane->readable);
	lane->readable = NULL;
	own_close(&lane->fd);
	buf_clear(&lane->in);
	lane_reap(lane);
}

/* The answer has come, or will not: everybody who waits for the same gets it. */
static void
lane_answer(struct lane *lane, int error, const char *text)
{
	struct groups *g = lane->groups;
	int64_t now = clock_boot_us();
	const struct kept *k = kept_put(&g->kept, lane->kind, lane->argument, error, text, now);
	struct question *q, *next;

	lane->asking = false;
	event_del(lane->timer);
	for (q = TAILQ_FIRST(&lane->waiting); q != NULL; q = next) {
		next = TAILQ_NEXT(q, link);
		if (q->kind != lane->kind || strcmp(q->argument, lane->argument) != 0)
			continue;
		TAILQ_REMOVE(&lane->waiting, q, link);
		TAILQ_INSERT_TAIL(&lane->told, q, link);
	}
	while ((q = TAILQ_FIRST(&lane->told)) != NULL) {
		TAILQ_REMOVE(&lane->told, q, link);
		kept_tell(&g->kept, k, now, q->done, q->user);
		question_free(q);
	}
	free(TAKE(lane->argument, NULL));
	lane_next(lane);
}

/* A whole answer in lane->in: 1 and its status and text (the caller frees it); 0 if there is more to come. */
static int
take_answer(struct lane *lane, uint8_t *status, char **text)
{
	const uint8_t *bytes = buf_data(&lane->in);
	uint32_t count;

	if (buf_len(&lane->in) < sizeof count)
		return 0;
	memcpy(&count, bytes, sizeof count);
	if (count < 1 || count > NSS_ANSWER || buf_len(&lane->in) > sizeof count + count)
		return ERR_MSG_LENGTH;
	if (buf_len(&lane->in) < sizeof count + count)
		return 0;
	*status = bytes[sizeof count];
	*text = own_alloc(count);
	memcpy(*text, bytes + sizeof count + 1, count - 1);
	buf_clear(&lane->in);
	return 1;
}

static const int errors[] = { [NSS_GOOD] = 0, [NSS_NOT_FOUND] = ERR_NOT_FOUND, [NSS_FAILED] = -EIO,
	[NSS_TIMEOUT] = -ETIMEDOUT };

static void
on_readable(evutil_socket_t fd, short what, void *user)
{
	struct lane *lane = user;
	AUTO_FREE char *text = NULL;
	uint8_t bytes[8192];
	uint8_t status = NSS_FAILED;
	ssize_t n;
	int r;

	(void)what;
	n = read((int)fd, bytes, sizeof bytes);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	r = n <= 0 || !lane->asking || buf_add(&lane->in, bytes, (size_t)n) < 0 ? ERR_PEER_GONE : 0;
	if (r == 0)
		r = take_answer(lane, &status, &text);
	if (r == 0)
		return;
	if (r > 0 && status <= NSS_TIMEOUT) {
		lane_answer(lane, errors[status], text);
		return;
	}
	lane_kill(lane);
	if (lane->asking)
		lane_answer(lane, ERR_PEER_GONE, NULL);
}

static void
on_limit(evutil_socket_t fd, short what, void *user)
{
	struct lane *lane = user;

	(void)fd;
	(void)what;
	lane_kill(lane);
	lane_answer(lane, lane->sent ? -ETIMEDOUT : ERR_PEER_GONE, NULL);
}

static void __attribute__((noreturn))
become(const char *program, const char *limit, int socket)
{
	const int sources[] = { socket, STDERR_FILENO, STDERR_FILENO };
	const int targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	const char *const args[] = { program, limit, NULL };
	char *const env[] = { NULL };

	signals_unblock();
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execve(program, (char *const *)(uintptr_t)args, env);
	_exit(127);
}

static int
lane_start(struct lane *lane)
{
	AUTO_FREE char *program = place_program("postern-nss");
	char limit[16];
	int ends[2];
	pid_t pid;

	lane_reap(lane);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -errno;
	snprintf(limit, sizeof limit, "%d", lane->groups->kept.limits.answer_ms);
	fdio_nonblock(ends[1], false);
	pid = fork();
	if (pid == 0)
		become(program, limit, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	lane->pid = pid;
	lane->fd = ends[0];
	lane->readable = event_new(lane->groups->base, ends[0], EV_READ | EV_PERSIST, on_readable, lane);
	return event_add(lane->readable, NULL) < 0 ? -ENOMEM : 0;
}

/* One frame into an idle stream socket fits, or something is wrong. */
static int
lane_send(const struct lane *lane)
{
	const char *argument = lane->argument;
	AUTO_BUF struct buf frame = { 0 };
	uint32_t count;
	uint8_t kind = (uint8_t)lane->kind;
	ssize_t n;

	if (lane->kind == GROUPS_COMMAND && strncmp(argument, COMMAND_PREFIX, strlen(COMMAND_PREFIX)) == 0)
		argument += strlen(COMMAND_PREFIX);
	if (strlen(argument) >= NSS_QUESTION)
		return ERR_MSG_LENGTH;
	count = (uint32_t)strlen(argument) + 1;
	buf_init(&frame, sizeof count + NSS_QUESTION);
	buf_add(&frame, &count, sizeof count);
	buf_add(&frame, &kind, 1);
	buf_add_text(&frame, argument);
	n = send(lane->fd, buf_data(&frame), buf_len(&frame), MSG_NOSIGNAL | MSG_DONTWAIT);
	return n == (ssize_t)buf_len(&frame) ? 0 : ERR_PEER_GONE;
}

/* Hands the question to the helper; one that died while idle is replaced. */
static int
lane_ask(struct lane *lane)
{
	int r = ERR_PEER_GONE;

	for (int i = 0; r < 0 && i < 2; i++) {
		r = lane->pid == 0 ? lane_start(lane) : 0;
		if (r == 0)
			r = lane_send(lane);
		if (r < 0)
			lane_kill(lane);
	}
	return r;
}

/* Asks the next question. One that cannot even be asked is answered from the timer: the caller may be its asker. */
static void
lane_next(struct lane *lane)
{
	const struct question *q = TAILQ_FIRST(&lane->waiting);
	struct timeval limit = span(lane->groups->kept.limits.answer_ms + GRACE_MS);

	lane_reap(lane);
	if (lane->asking || q == NULL || !TAILQ_EMPTY(&lane->told))
		return;
	lane->asking = true;
	lane->kind = q->kind;
	lane->argument = own_dup(q->argument);
	lane->sent = lane_ask(lane) == 0;
	if (!lane->sent)
		limit = span(FAILED_MS);
	event_add(lane->timer, &limit);
}

static struct lane *
lane_of(struct groups *g, enum groups_kind kind)
{
	return &g->lanes[kind == GROUPS_COMMAND ? LANE_COMMAND : LANE_NSS];
}

/* Answers that were there when somebody asked; should one have grown old since, it is asked for after all. */
static void
on_soon(evutil_socket_t fd, short what, void *user)
{
	struct groups *g = user;
	struct question *q;

	(void)fd;
	(void)what;
	while ((q = TAILQ_FIRST(&g->ready)) != NULL) {
		int64_t now = clock_boot_us();
		const struct kept *k = kept_fresh(&g->kept, q->kind, q->argument, now);

		TAILQ_REMOVE(&g->ready, q, link);
		if (k == NULL) {
			TAILQ_INSERT_TAIL(&lane_of(g, q->kind)->waiting, q, link);
			lane_next(lane_of(g, q->kind));
			continue;
		}
		kept_tell(&g->kept, k, now, q->done, q->user);
		question_free(q);
	}
}

void
groups_ask(struct groups *g, enum groups_kind kind, const char *argument,
    void (*done)(const struct groups_answer *, void *), void *user)
{
	struct question *q = own_alloc(sizeof *q);

	*q = (struct question){ .kind = kind, .argument = own_dup(argument), .done = done, .user = user };
	TAILQ_INSERT_TAIL(&g->ready, q, link);
	event_active(g->soon, EV_TIMEOUT, 0);
}

static void
forget_in(struct questions *list, const void *user)
{
	struct question *q, *next;

	for (q = TAILQ_FIRST(list); q != NULL; q = next) {
		next = TAILQ_NEXT(q, link);
		if (user != NULL && q->user != user)
			continue;
		TAILQ_REMOVE(list, q, link);
		question_free(q);
	}
}

void
groups_forget(struct groups *g, const void *user)
{
	forget_in(&g->ready, user);
	for (int i = 0; i < LANES; i++) {
		forget_in(&g->lanes[i].waiting, user);
		forget_in(&g->lanes[i].told, user);
	}
}

void
groups_refresh(struct groups *g)
{
	kept_age(&g->kept);
}

struct groups *
groups_new(struct event_base *base, const struct groups_limits *limits)
{
	struct groups *g = own_alloc(sizeof *g);

	g->base = base;
	kept_init(&g->kept, limits != NULL ? limits : &usual);
	TAILQ_INIT(&g->ready);
	g->soon = event_new(base, -1, 0, on_soon, g);
	for (int i = 0; i < LANES; i++) {
		struct lane *lane = &g->lanes[i];

		lane->groups = g;
		lane->fd = -1;
		lane->timer = event_new(base, -1, 0, on_limit, lane);
		TAILQ_INIT(&lane->waiting);
		TAILQ_INIT(&lane->told);
		buf_init(&lane->in, sizeof(uint32_t) + NSS_ANSWER);
	}
	return g;
}

void
groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	groups_forget(g, NULL);
	for (int i = 0; i < LANES; i++) {
		struct lane *lane = &g->lanes[i];

		lane_kill(lane);
		if (lane->dead != 0)
			waitpid(lane->dead, NULL, 0);
		event_free(lane->timer);
		free(lane->argument);
		buf_done(&lane->in);
	}
	event_free(g->soon);
	kept_clear(&g->kept);
	free(g);
}
