/* SPDX-License-Identifier: ISC */
/*
 * postern-init: pid 1 of a session. Makes the session's view of the machine, starts the command, gives up every
 * capability, reaps, and dies when the command does or when the warden's link ends; with it the kernel ends the rest.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "recorder/cage/caps.h"
#include "recorder/keeper/contract.h"
#include "recorder/cage/init_child.h"
#include "recorder/cage/init_mounts.h"
#include "recorder/cage/init_trail.h"
#include "recorder/cage/members.h"
#include "recorder/cage/plan.h"
#include "recorder/trail/frame.h"

#define WAIT_MS	5000	/* after the command's end: how long the warden may count before init goes by itself */
#define KILL_MS	10000	/* without namespaces: for the rounds of killing */

enum source { SRC_LINK, SRC_REPORT, SRC_SIGNAL, SRC_COUNT };

struct init {
	struct warden_start	start;
	struct plan		plan;
	int			signals;
	int			report;		/* the child's word before its exec; -1 once that is over */
	struct init_trail	trail;
	pid_t			child;
	bool			running;	/* INIT_RUNNING was said */
};

static bool
is_alone(const struct init *init)
{
	return (init->start.flags & SESSION_NO_NAMESPACE) == 0;
}

static void
say(const struct init_word *word)
{
	(void)send(INIT_LINK, word, sizeof *word, MSG_NOSIGNAL);	/* without a warden there is nobody to tell */
}

/* The end. As pid 1 our exit kills the rest; otherwise what descends from us is killed first. */
static void leave(const struct init *init) __attribute__((noreturn));

static void
leave(const struct init *init)
{
	if (!is_alone(init))
		members_kill_below(0, KILL_MS);
	_exit(0);
}

/* `text` for the warden; the code tells whether the same may be tried without namespaces. */
static void fail(const struct init *init, int code, const char *text) __attribute__((noreturn));

static void
fail(const struct init *init, int code, const char *text)
{
	struct init_word word = { .what = INIT_FAILED, .exit_status = code };

	snprintf(word.text, sizeof word.text, "%s", text);
	say(&word);
	leave(init);
}

static void
init_prepare(struct init *init)
{
	sigset_t all;
	char why[sizeof ((struct init_word *)0)->text];

	if (fdio_read(INIT_START, &init->start, sizeof init->start) < 0 || init->start.magic != CONTRACT_MAGIC)
		log_fatal("descriptor %d has no start record; postern-warden starts this program", INIT_START);
	close(INIT_START);
	if (is_alone(init) ? prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 : prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		fail(init, 0, "the session cannot be held together");
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		fail(init, 0, "signals cannot be blocked");
	init->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (init->signals < 0 || fdio_cloexec(INIT_LINK, true) < 0)
		fail(init, 0, "signals cannot be read");
	if (plan_make(&init->start, &init->plan, why, sizeof why) < 0)
		fail(init, 0, why);
	if (init_trail_start(&init->start, &init->trail, why, sizeof why) < 0)
		fail(init, 0, why);
	init->plan.enforced.marks |= (init->trail.witness != TRACER_CLAIMED ? MARK_EXACT : 0u) |
	    (init->trail.witness == TRACER_KERNEL ? MARK_EXACT_KERNEL : 0u);
	if (is_alone(init) && init_mounts(&init->plan, why, sizeof why) < 0)
		fail(init, SESSION_NO_NAMESPACE, why);
}

/* With a terminal two numbers of the contract are free; a pipe that took them would be closed with the others. */
static int
pipe_above(int ends[2])
{
	int low[2];
	int r = 0;

	if (pipe2(low, O_CLOEXEC) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, INIT_LAST + 1);
		if (ends[i] < 0)
			r = -errno;
		close(low[i]);
	}
	return r;
}

static void
init_start(struct init *init)
{
	int ends[2];

	if (pipe_above(ends) < 0)
		fail(init, 0, "no pipe for the command's start");
	init->child = fork();
	if (init->child < 0)
		fail(init, 0, "the command cannot be forked");
	if (init->child == 0) {
		close(ends[0]);
		init_child(&init->plan, ends[1], &init->trail);
	}
	close(ends[1]);
	init->report = ends[0];
	for (int fd = WARDEN_IN; fd <= WARDEN_LAUNCH; fd++)
		close(fd);
	if (caps_drop_all() < 0 || !caps_none() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail(init, 0, "init cannot give up its capabilities");
}

/* What the child is held to is passed on. Both records begin with what they are. */
static bool
pass_enforced(const struct init *init, uint32_t what)
{
	struct enforced enforced = { .what = what };

	if (what != INIT_ENFORCED)
		return false;
	if (fdio_read(init->report, (char *)&enforced + sizeof what, sizeof enforced - sizeof what) == 0)
		(void)send(INIT_LINK, &enforced, sizeof enforced, MSG_NOSIGNAL);
	return true;
}

/* The report's end of file means that the command runs; a word means that it never will. */
static void
on_report(struct init *init)
{
	struct init_word word = { 0 };

	if (fdio_read(init->report, &word.what, sizeof word.what) == 0 && pass_enforced(init, word.what))
		word.what = 0;
	if (word.what == 0 || fdio_read(init->report, (char *)&word + sizeof word.what, sizeof word - sizeof word.what) < 0)
		word = (struct init_word){ .what = INIT_RUNNING };
	close(init->report);
	init->report = -1;
	say(&word);
	init->running = word.what == INIT_RUNNING;
	if (!init->running)
		leave(init);
}

static int
shell_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The command has gone. The warden counts what is left and kills us with it; if it does not, we go by ourselves. */
static void
finish(struct init *init, int status)
{
	struct init_word word = { .what = INIT_EXITED, .exit_status = shell_status(status) };
	struct pollfd link = { .fd = INIT_LINK, .events = POLLIN };

	init_trail_finish(&init->trail);
	say(&word);
	poll(&link, 1, WAIT_MS);
	leave(init);
}

static void
on_signal(struct init *init)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(init->signals, &info, sizeof info) > 0)
		;	/* only SIGCHLD means anything to init; what a session sends it is dropped here */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != init->child)
			continue;
		if (init->report >= 0)
			on_report(init);
		finish(init, status);
	}
}

static void
on_link(struct init *init)
{
	leave(init);	/* the warden never writes: this is the end of file */
}

static void
init_turn(struct init *init)
{
	static void (*const ready[SRC_COUNT])(struct init *) = {
		[SRC_LINK] = on_link, [SRC_REPORT] = on_report, [SRC_SIGNAL] = on_signal,
	};
	struct pollfd fds[SRC_COUNT] = {
		[SRC_LINK]   = { .fd = INIT_LINK,     .events = POLLIN },
		[SRC_REPORT] = { .fd = init->report,  .events = POLLIN },
		[SRC_SIGNAL] = { .fd = init->signals, .events = POLLIN },
	};

	if (poll(fds, SRC_COUNT, -1) < 0) {
		if (errno != EINTR)
			fail(init, 0, "init cannot wait");
		return;
	}
	for (enum source i = 0; i < SRC_COUNT; i++)
		if (fds[i].revents != 0 && fds[i].fd >= 0)
			ready[i](init);
}

int
main(void)
{
	struct init init = { .signals = -1, .report = -1, .trail.link = -1 };

	log_open("postern-init", LOG_LEVEL_WARN);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		log_fatal("init cannot be protected");
	init_prepare(&init);
	init_start(&init);
	for (;;)
		init_turn(&init);
}
