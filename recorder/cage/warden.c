/* SPDX-License-Identifier: ISC */
/* postern-warden: main, the loop, and what is said to the worker. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "recorder/cage/landlock.h"
#include "recorder/cage/portbpf.h"
#include "recorder/cage/warden.h"
#include "recorder/cage/warden_pam.h"

#define LATE_US	(2 * CLOCK_US)	/* the worker acts at the deadline; the warden only if nothing happened */

enum source { SRC_INIT_LINK, SRC_INIT, SRC_LINK, SRC_TIMER, SRC_SIGNAL, SRC_COUNT };

/* Answers of a handler: go on, or the session is over. */
enum { GO_ON, OVER };

static void
say(const struct warden_word *word)
{
	if (send(WARDEN_LINK, word, sizeof *word, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
		log_warn("the worker cannot be told: %s", err_text(-errno));
}

static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int
fail(const char *format, ...)
{
	struct warden_word word = { .what = WARDEN_FAILED, .exit_status = SESSION_NO_COMMAND };
	va_list args;

	va_start(args, format);
	vsnprintf(word.text, sizeof word.text, format, args);
	va_end(args);
	log_warn("%s", word.text);
	say(&word);
	return -1;
}

/* ---- start */

static bool
is_text(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

static bool
is_path(const char *field)
{
	return is_text(field, CONTRACT_PATH) && (field[0] == '\0' || field[0] == '/');
}

/* From the keeper, which made it of its own table; still, a record that is not one is refused. */
static bool
is_start(const struct warden_start *start)
{
	const struct role_record *role = &start->role;

	if (start->magic != CONTRACT_MAGIC || id_is_zero(&start->session) || start->deadline_boot_us < 0)
		return false;
	if (start->flags & ~(uint32_t)(SESSION_TTY | SESSION_TRIAL | SESSION_NO_NAMESPACE | SESSION_NO_BPF))
		return false;	/* the others are for init alone */
	if (start->abi_limit > LANDLOCK_ABI_MOST + 1 || !rights_valid(&role->rights))
		return false;
	if ((start->flags & SESSION_NO_NAMESPACE) && !(start->flags & SESSION_TRIAL))
		return false;
	if (!is_path(start->run_dir) || !is_path(start->inside_dir) || !is_path(start->state_dir) ||
	    !is_path(start->etc_dir) || !is_path(start->home) || !is_path(start->root))
		return false;
	if (!is_text(role->name, sizeof role->name) || !is_text(role->account, sizeof role->account) ||
	    role->argc > ROLE_RUN || role->envc > ROLE_ENV)
		return false;
	if ((role->flags & ROLE_ASKS) && role->trail == ROLE_TRAIL_OFF)
		return false;
	if (role->trail > ROLE_TRAIL_MOST || role->freeze_s < 0 || role->freeze_s > ROLE_FREEZE_MOST_S)
		return false;
	for (uint32_t i = 0; i < ROLE_RUN; i++)
		if (!is_text(role->run[i], sizeof role->run[i]))
			return false;
	for (uint32_t i = 0; i < ROLE_ENV; i++)
		if (!is_text(role->env[i], sizeof role->env[i]))
			return false;
	return true;
}

/* No number of the contract may be taken by something else that is opened later. */
static int
hold_descriptors(void)
{
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (int fd = 0; fd <= WARDEN_LAST; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && fd != null && dup2(null, fd) < 0)
			return -errno;
		if (fd > STDERR_FILENO && fdio_cloexec(fd, true) < 0)
			return -errno;
	}
	if (null <= WARDEN_LAST)
		(void)TAKE(null, -1);	/* it fills one of the gaps itself */
	return close_range(WARDEN_LAST + 1, ~0u, 0) < 0 ? -errno : 0;
}

/* A session without a role's limit (a recording of one's own) keeps the deadline that it has, or none. */
static int64_t
latest(const struct warden_start *start)
{
	int64_t most_s = start->role.most_s;
	int64_t most_us;

	if (most_s <= 0 || most_s > INT64_MAX / 4 / CLOCK_US)
		return start->deadline_boot_us > 0 ? start->deadline_boot_us : INT64_MAX;
	most_us = clock_boot_us() + most_s * CLOCK_US;
	return most_us > start->deadline_boot_us ? most_us : start->deadline_boot_us;
}

/* Where the role lets a session stand still after its deadline, that is added, and no more. */
static int
set_deadline(struct warden *warden, int64_t deadline_us)
{
	int64_t late_us = LATE_US + warden->start.role.freeze_s * CLOCK_US;

	if (deadline_us <= 0 || deadline_us > warden->latest_us)
		deadline_us = warden->latest_us;
	return clock_timer_set(warden->timer, deadline_us < INT64_MAX - late_us ? deadline_us + late_us : 0);
}

static int
warden_read(struct warden *warden)
{
	sigset_t all;
	int r = hold_descriptors();

	if (r < 0)
		return fail("the warden's descriptors are not right: %s", err_text(r));
	if (fdio_read(WARDEN_START, &warden->start, sizeof warden->start) < 0 || !is_start(&warden->start))
		return fail("the warden got no valid start record");
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return fail("signals cannot be blocked: %s", err_text(-errno));
	warden->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	warden->timer = clock_timer();
	if (warden->signals < 0 || warden->timer < 0)
		return fail("the warden cannot watch signals and time");
	warden->latest_us = latest(&warden->start);
	r = set_deadline(warden, warden->start.deadline_boot_us);
	return r < 0 ? fail("the deadline cannot be set: %s", err_text(r)) : 0;
}

static int
open_pam(struct warden *warden)
{
	AUTO_FREE char *confdir = NULL;
	struct warden_pam_start start = { .account = &warden->account };
	char why[200] = "";

	if (warden->start.root[0] != '\0' && asprintf(&confdir, "%s/etc/pam.d", warden->start.root) < 0)
		confdir = NULL;
	if (confdir != NULL && access(confdir, X_OK) == 0)
		start.confdir = confdir;
	if (warden->start.flags & SESSION_TTY)
		start.tty = ttyname(WARDEN_IN);
	return warden_pam_open(&start, &warden->pam, why, sizeof why) < 0 ? fail("%s", why) : 0;
}

/*
 * Ports by the cgroup where Landlock knows none. If that cannot be done either, the session's init says so, and refuses
 * if the role requires it.
 */
static void
close_ports(struct warden *warden)
{
	const struct rights *rights = &warden->start.role.rights;
	uint32_t abi = landlock_abi();
	int r;

	if (warden->start.abi_limit > 0 && abi > warden->start.abi_limit - 1)
		abi = warden->start.abi_limit - 1;
	if (!(rights->flags & RIGHTS_CONFINED) || rights_no_network(rights) || abi >= 4)
		return;
	r = portbpf_attach(&warden->cgroup, rights);
	if (r == 0)
		warden->start.flags |= SESSION_PORTS;
	else
		log_warn("ports cannot be closed by the cgroup: %s", err_text(r));
}

/* Root mode: the account again, though the keeper has looked already; PAM; a cgroup if there can be one. */
static int
prepare_root(struct warden *warden)
{
	const struct role_record *role = &warden->start.role;
	char name[ID_TEXT];
	int r;

	if (geteuid() != 0)
		return fail("the warden of an installed Postern must run as root");
	r = account_find(role->account, &warden->account);
	if (r < 0)
		return fail("the role's account %s cannot be used: %s", role->account, err_text(r));
	if (account_allowed(&warden->account, (role->flags & ROLE_SYSTEM) != 0) < 0)
		return fail("the account %s is a system account and the role %s does not say `system: yes`", role->account,
		    role->name);
	if (open_pam(warden) < 0)
		return -1;
	r = cgroup_make(id_text(&warden->start.session, name), role->pids_max, &warden->cgroup);
	if (r < 0)
		log_info("no cgroup for the session: %s", err_text(r));
	close_ports(warden);
	return 0;
}

static int
prepare_trial(struct warden *warden)
{
	if (geteuid() == 0 || getuid() == 0)
		return fail("trial mode runs under an ordinary uid, never as root");
	return account_self(&warden->account) < 0 ? fail("this uid has no account") : 0;
}

/* ---- the loop */

static void
tell_running(struct warden *warden)
{
	struct warden_word word = { .what = WARDEN_RUNNING, .pid = warden->init.pid };

	warden_held(warden, word.text, sizeof word.text);
	say(&word);
	warden->running = true;
	/* From here on only the session holds its terminal or pipes, so that the worker sees when they are closed. */
	for (int fd = WARDEN_IN; fd <= WARDEN_LAST; fd++)
		close(fd);
}

static void
tell_exited(struct warden *warden, int status)
{
	struct warden_word word = { .what = WARDEN_EXITED, .exit_status = status };

	if (!warden->exited && warden->running)
		say(&word);
	warden->exited = true;
}

/* Namespaces that exist but are of no use (mounts refused by an LSM, say) are as good as none. */
static int
on_failed(struct warden *warden, const struct init_word *word)
{
	struct warden_receipt receipt;
	char why[200];

	if (!(warden->start.flags & SESSION_TRIAL) || word->exit_status != SESSION_NO_NAMESPACE ||
	    (warden->start.flags & SESSION_NO_NAMESPACE)) {
		fail("%.*s", (int)sizeof word->text, word->text);
		return OVER;
	}
	log_info("without namespaces: %.*s", (int)sizeof word->text, word->text);
	warden_end(warden, &receipt);
	if (warden_spawn_again(warden, why, sizeof why) < 0) {
		fail("%s", why);
		return OVER;
	}
	return GO_ON;
}

/* What init's child is held to, and what the warden itself holds the session by. */
static void
tell_enforced(struct warden *warden, struct enforced *enforced)
{
	if (warden->cgroup.dir >= 0)
		enforced->marks |= MARK_CGROUP | (warden->cgroup.limited ? MARK_PIDS : 0u);
	enforced->pids = warden->cgroup.limited ? warden->start.role.pids_max : 0;
	enforced->what = WARDEN_ENFORCED;
	if (send(WARDEN_LINK, enforced, sizeof *enforced, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
		log_warn("the worker cannot be told what is enforced: %s", err_text(-errno));
}

/* "Pid:" of /proc/self/fdinfo/N: the tracer's number as it is here. */
static void
meet_tracer(struct warden *warden, int pidfd)
{
	AUTO_FREE char *text = NULL;
	char path[64];
	const char *at;
	size_t count;

	own_close(&warden->init.tracer);
	warden->init.tracer = pidfd;
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
	at = fdio_slurp_path(path, 4096, &text, &count) == 0 ? strstr(text, "\nPid:") : NULL;
	warden->init.tracer_pid = at != NULL ? (pid_t)strtol(at + 5, NULL, 10) : 0;
}

/* One word of init; descriptors that nobody asked for are closed. */
static ssize_t
hear_init(struct warden *warden, void *heard, size_t size, int *pidfd)
{
	int fds[FDIO_MOST];
	size_t fd_count = 0;
	struct pollfd p = { .fd = warden->init.link, .events = POLLIN };
	ssize_t n = poll(&p, 1, 0) > 0 ? fdio_recv(warden->init.link, heard, size, fds, &fd_count) : -EAGAIN;

	*pidfd = fd_count > 0 ? fds[0] : -1;
	for (size_t i = 1; i < fd_count; i++)
		close(fds[i]);
	return n;
}

static int
on_init_link(struct warden *warden)
{
	AUTO_FD int pidfd = -1;
	union {
		struct init_word	word;
		struct enforced		enforced;
	} heard;
	struct init_word word;
	ssize_t n = hear_init(warden, &heard, sizeof heard, &pidfd);

	if (n == -EAGAIN)
		return GO_ON;
	if (n == sizeof heard.enforced && heard.enforced.what == INIT_ENFORCED && enforced_valid(&heard.enforced)) {
		tell_enforced(warden, &heard.enforced);
		return GO_ON;
	}
	memcpy(&word, &heard, sizeof word);
	if (n != sizeof word) {
		warden->lost = true;
		return OVER;
	}
	word.text[sizeof word.text - 1] = '\0';
	switch (word.what) {
	case INIT_RUNNING:
		tell_running(warden);
		return GO_ON;
	case INIT_TRACER:
		meet_tracer(warden, TAKE(pidfd, -1));
		return GO_ON;
	case INIT_FAILED:
		return on_failed(warden, &word);
	case INIT_EXITED:
		tell_exited(warden, word.exit_status);
		return OVER;
	default:
		return OVER;
	}
}

static int
on_init(struct warden *warden)
{
	return on_init_link(warden) == GO_ON ? GO_ON : OVER;	/* its last words are read before its death counts */
}

static int
order_deadline(struct warden *warden, const struct warden_order *order)
{
	return set_deadline(warden, order->deadline_boot_us) == 0 ? GO_ON : OVER;
}

static int
order_freeze(struct warden *warden, const struct warden_order *order)
{
	struct warden_word word;

	warden_freeze(warden, order->op == WARDEN_FREEZE, &word);
	say(&word);
	return GO_ON;
}

static int
on_link(struct warden *warden)
{
	static int (*const obey[])(struct warden *, const struct warden_order *) = {
		[WARDEN_DEADLINE] = order_deadline, [WARDEN_FREEZE] = order_freeze, [WARDEN_THAW] = order_freeze,
	};
	struct warden_order order;
	ssize_t n = recv(WARDEN_LINK, &order, sizeof order, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return GO_ON;
	if (n == sizeof order && order.op < sizeof obey / sizeof obey[0] && obey[order.op] != NULL)
		return obey[order.op](warden, &order);
	return OVER;	/* the order to end, the worker's end, or something it must not send */
}

static int
on_timer(struct warden *warden)
{
	(void)warden;
	log_warn("the deadline passed without the worker ending the session");
	return OVER;
}

static int
on_signal(struct warden *warden)
{
	struct signalfd_siginfo info;
	int answer = GO_ON;

	while (read(warden->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			warden_reap(warden);
		else if (info.ssi_signo != SIGPIPE && info.ssi_signo != SIGCONT && info.ssi_signo != SIGWINCH)
			answer = OVER;	/* asked to go: not without the session */
	}
	return answer;
}

static int
warden_turn(struct warden *warden)
{
	static int (*const ready[SRC_COUNT])(struct warden *) = {
		[SRC_INIT_LINK] = on_init_link, [SRC_INIT] = on_init, [SRC_LINK] = on_link,
		[SRC_TIMER] = on_timer,         [SRC_SIGNAL] = on_signal,
	};
	struct pollfd fds[SRC_COUNT] = {
		[SRC_INIT_LINK] = { .fd = warden->init.link, .events = POLLIN },
		[SRC_INIT]      = { .fd = warden->init.fd,   .events = POLLIN },
		[SRC_LINK]      = { .fd = WARDEN_LINK,       .events = POLLIN },
		[SRC_TIMER]     = { .fd = warden->timer,     .events = POLLIN },
		[SRC_SIGNAL]    = { .fd = warden->signals,   .events = POLLIN },
	};

	if (poll(fds, SRC_COUNT, -1) < 0)
		return errno == EINTR ? GO_ON : OVER;
	for (enum source i = 0; i < SRC_COUNT; i++)
		if (fds[i].revents != 0)
			return ready[i](warden);	/* one at a time: a handler may have replaced what the next one looks at */
	return GO_ON;
}

/* ---- end */

/* Only where a keeper waits for it, which has noted the warden beside. */
static void
leave_receipt(const struct warden *warden, const struct warden_receipt *receipt)
{
	const struct warden_left left = { receipt->killed, receipt->survivors, receipt->took_us };
	AUTO_FREE char *path = NULL, *mark = NULL;
	char id[ID_TEXT];
	int r;

	if (asprintf(&path, "%s/p/%s.receipt", warden->start.run_dir, id_text(&warden->start.session, id)) < 0 ||
	    asprintf(&mark, "%s/p/%s", warden->start.run_dir, id) < 0 || access(mark, F_OK) < 0)
		return;
	r = fdio_replace(path, 0600, &left, sizeof left);
	if (r < 0)
		log_warn("the receipt cannot be left: %s", err_text(r));
}

static void
tell_receipt(struct warden *warden)
{
	struct warden_receipt receipt;
	struct warden_word word = { .what = WARDEN_RECEIPT };

	warden_end(warden, &receipt);
	if (!warden->exited)
		tell_exited(warden, 128 + SIGKILL);
	word.killed = receipt.killed;
	word.survivors = receipt.survivors;
	word.took_us = receipt.took_us;
	if (receipt.survivors != 0)
		log_error("%lld processes of the session are left", (long long)receipt.survivors);
	leave_receipt(warden, &receipt);
	if (warden->running)
		say(&word);
}

static void
warden_close(struct warden *warden)
{
	const char *inside = warden->start.inside_dir;
	AUTO_FREE char *socket = NULL;

	warden_pam_close(TAKE(warden->pam, NULL));
	cgroup_remove(&warden->cgroup);
	if (inside[0] == '\0' || asprintf(&socket, "%s/session.sock", inside) < 0)
		return;
	unlink(socket);
	rmdir(inside);
}

static int
warden_run(struct warden *warden)
{
	char why[200];

	if (((warden->start.flags & SESSION_TRIAL) ? prepare_trial(warden) : prepare_root(warden)) < 0)
		return STATUS_FAILED;
	if (warden_spawn(warden, why, sizeof why) < 0) {
		fail("%s", why);
		return STATUS_FAILED;
	}
	while (warden_turn(warden) == GO_ON)
		;
	tell_receipt(warden);
	return warden->running ? STATUS_OK : STATUS_FAILED;
}

int
main(void)
{
	struct warden warden = { .cgroup = { .dir = -1 }, .init = { .fd = -1, .link = -1, .tracer = -1 }, .timer = -1, .signals = -1 };
	int status;

	log_open("postern-warden", LOG_LEVEL_WARN);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		log_fatal("the warden cannot be protected: %s", err_text(-errno));
	setsid();	/* fails only if it leads a session already */
	umask(077);
	if (chdir("/") < 0 || warden_read(&warden) < 0)
		return STATUS_FAILED;
	status = warden_run(&warden);
	warden_close(&warden);
	return status;
}
