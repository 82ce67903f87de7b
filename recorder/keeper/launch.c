/* SPDX-License-Identifier: ISC */
/* The start of a session, on the keeper's side: terminal, sockets, worker, warden. contract.h says who gets what. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "recorder/keeper/contract.h"
#include "recorder/keeper/keeper.h"
#include "recorder/client/wardens.h"

#define TRAIL_PIPE	(1 << 20)	/* bytes */

/* Both ends of everything between the session's processes; -1 where there is none. */
struct ends {
	int	worker_pty, worker_out, worker_err;
	int	session_in, session_out, session_err;
	int	worker_link, warden_link;
	int	worker_trail, warden_trail;
	int	worker_answers, warden_answers;	/* the tracer's answers */
	int	listen, inside;
	int	warden_start;
	char	*listen_path, *inside_dir, *inside_path;
};

static void
ends_done(struct ends *e)
{
	int *const fds[] = { &e->worker_pty, &e->worker_out, &e->worker_err, &e->session_in, &e->session_out,
		&e->session_err, &e->worker_link, &e->warden_link, &e->worker_trail, &e->warden_trail, &e->worker_answers,
		&e->warden_answers, &e->listen, &e->inside, &e->warden_start };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		own_close(fds[i]);
	free(e->listen_path);
	free(e->inside_dir);
	free(e->inside_path);
}

static int
open_pty(const struct wire_launch *launch, struct ends *e)
{
	struct winsize size = { .ws_col = (unsigned short)launch->cols, .ws_row = (unsigned short)launch->rows };

	e->worker_pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (e->worker_pty < 0 || grantpt(e->worker_pty) < 0 || unlockpt(e->worker_pty) < 0)
		return -errno;
	/* Through the master, so that no path is looked up. */
	e->session_in = ioctl(e->worker_pty, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (e->session_in < 0 || ioctl(e->worker_pty, TIOCSWINSZ, &size) < 0)
		return -errno;
	return fdio_nonblock(e->worker_pty, true);
}

static int
open_pipes(struct ends *e)
{
	int in[2];
	int out[2];
	int err[2];
	int r;

	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	e->session_in = in[0];
	e->worker_pty = in[1];
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	e->worker_out = out[0];
	e->session_out = out[1];
	if (pipe2(err, O_CLOEXEC) < 0)
		return -errno;
	e->worker_err = err[0];
	e->session_err = err[1];
	r = fdio_nonblock(e->worker_pty, true);
	if (r == 0)
		r = fdio_nonblock(e->worker_out, true);
	return r < 0 ? r : fdio_nonblock(e->worker_err, true);
}

/* run/w/ID for the next gate, run/s/ID/session.sock for the inside. */
static int
open_sockets(const struct keeper *keeper, const struct wire_launch *launch, struct ends *e)
{
	const struct place *place = &keeper->daemon.place;
	char id[ID_TEXT];
	int link[2];

	id_text(&launch->session, id);
	e->listen_path = place_path(place->run, "w", id);
	e->inside_dir = place_path(place->run, "s", id);
	e->inside_path = place_path(e->inside_dir, "session.sock", NULL);
	e->listen = fdio_listen(e->listen_path, 0600);
	if (e->listen < 0)
		return e->listen;
	if (lchown(e->listen_path, keeper->daemon.gate_uid, keeper->daemon.gate_gid) < 0)
		return -errno;
	/* By name, because our umask hides what we make: the role's account must get at the socket in it. */
	if ((mkdir(e->inside_dir, 0755) < 0 && errno != EEXIST) || chmod(e->inside_dir, 0755) < 0)
		return -errno;
	e->inside = fdio_listen(e->inside_path, 0666);
	if (e->inside < 0)
		return e->inside;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, link) < 0)
		return -errno;
	e->worker_link = link[0];
	e->warden_link = link[1];
	return 0;
}

/* From the tracer to the worker. Processes wait while it is full, so it is large. */
static int
open_trail(struct ends *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	e->worker_trail = ends[0];
	e->warden_trail = ends[1];
	(void)fcntl(ends[0], F_SETPIPE_SZ, TRAIL_PIPE);
	return fdio_nonblock(e->worker_trail, true);
}

/* And back, where the tracer asks before anything is executed. */
static int
open_answers(struct ends *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	e->warden_answers = ends[0];
	e->worker_answers = ends[1];
	return fdio_nonblock(e->worker_answers, true);
}

static int
set_path(char to[CONTRACT_PATH], const char *from)
{
	if (from != NULL && strlen(from) >= CONTRACT_PATH)
		return -ENAMETOOLONG;
	snprintf(to, CONTRACT_PATH, "%s", from != NULL ? from : "");
	return 0;
}

static int
write_warden_start(const struct keeper *keeper, const struct wire_launch *launch, struct ends *e)
{
	const struct place *place = &keeper->daemon.place;
	AUTO_FREE char *home = keeper->daemon.trial ? place_path(place->root, "home", NULL) : NULL;
	AUTO_FREE struct warden_start *start = own_alloc(sizeof *start);
	int r;

	*start = (struct warden_start){ .magic = CONTRACT_MAGIC, .session = launch->session,
		.deadline_boot_us = launch->deadline_boot_us, .cols = launch->cols, .rows = launch->rows,
		.role = keeper->table->records[launch->role] };
	start->tracer_uid = keeper->daemon.worker_uid;
	start->tracer_gid = keeper->daemon.worker_gid;
	start->flags = (launch->tty ? SESSION_TTY : 0u) | (keeper->daemon.trial ? SESSION_TRIAL : 0u);
	r = set_path(start->run_dir, place->run);
	if (r == 0)
		r = set_path(start->inside_dir, e->inside_dir);
	if (r == 0)
		r = set_path(start->state_dir, place->state);
	if (r == 0)
		r = set_path(start->etc_dir, place->etc);
	if (r == 0)
		r = set_path(start->home, home);
	if (r == 0)
		r = set_path(start->root, place->root);
	if (r < 0)
		return r;
	e->warden_start = fdio_memory("postern-warden-start", start, sizeof *start);
	return e->warden_start < 0 ? e->warden_start : 0;
}

static void
run_program(const char *name)
{
	AUTO_FREE char *path = place_program(name);
	char *argv[] = { path, NULL };
	char *environment[] = { NULL };

	signals_unblock();
	execve(path, argv, environment);
	log_fatal("cannot run %s: %s", path, strerror(errno));
}

static void
become_worker(const struct keeper *keeper, const struct ends *e, const int fds[LAUNCH_FDS])
{
	const int targets[] = { WORKER_START, WORKER_REC, WORKER_TAIL, WORKER_PTY, WORKER_OUT, WORKER_ERR,
		WORKER_CLIENT, WORKER_GATE, WORKER_LISTEN, WORKER_INSIDE, WORKER_WARDEN, WORKER_RULES, WORKER_TRAIL, WORKER_ANSWERS,
		WORKER_TRAIL_REC, WORKER_TRAIL_TAIL };
	const int sources[] = { fds[LAUNCH_START], fds[LAUNCH_REC], fds[LAUNCH_TAIL], e->worker_pty, e->worker_out,
		e->worker_err, fds[LAUNCH_CLIENT], fds[LAUNCH_GATE], e->listen, e->inside, e->worker_link,
		fds[LAUNCH_RULES], e->worker_trail, e->worker_answers, fds[LAUNCH_TRAIL_REC], fds[LAUNCH_TRAIL_TAIL] };

	setsid();
	if (fdio_arrange(sources, targets, sizeof sources / sizeof sources[0], WORKER_LAST) < 0)
		log_fatal("cannot arrange the worker's descriptors");
	daemon_become(keeper->daemon.worker_uid, keeper->daemon.worker_gid);
	run_program("postern-worker");
}

static void
become_warden(const struct ends *e, const int fds[LAUNCH_FDS])
{
	const int targets[] = { WARDEN_START, WARDEN_LINK, WARDEN_IN, WARDEN_OUT, WARDEN_ERR, WARDEN_LAUNCH,
		WARDEN_TRAIL, WARDEN_ANSWERS };
	const int sources[] = { e->warden_start, e->warden_link, e->session_in, e->session_out, e->session_err, fds[LAUNCH_FILE],
		e->warden_trail, e->warden_answers };

	setsid();
	if (fdio_arrange(sources, targets, sizeof sources / sizeof sources[0], WARDEN_LAST) < 0)
		log_fatal("cannot arrange the warden's descriptors");
	run_program("postern-warden");
}

void
launch_forget(const struct keeper *keeper, const char *id)
{
	AUTO_FREE char *listen_path = place_path(keeper->daemon.place.run, "w", id);
	AUTO_FREE char *inside_dir = place_path(keeper->daemon.place.run, "s", id);
	AUTO_FREE char *inside_path = place_path(inside_dir, "session.sock", NULL);

	unlink(listen_path);
	unlink(inside_path);
	rmdir(inside_dir);
	wardens_forget(&keeper->daemon.place, id);
}

void
launch_sweep(const struct keeper *keeper)
{
	AUTO_FREE char *folder = place_path(keeper->daemon.place.run, "w", NULL);
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		AUTO_FREE char *path = place_path(folder, entry->d_name, NULL);
		AUTO_FD int fd = -1;

		if (strlen(entry->d_name) != ID_TEXT - 1)
			continue;
		fd = fdio_connect(path);
		if (fd == -ECONNREFUSED)
			launch_forget(keeper, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
}

/*
 * fork(), but the child begins in the cgroup of workers and wardens, outside posternd's unit: a stop or an upgrade of
 * the unit does not reach it. Without such a cgroup a plain fork.
 */
static pid_t
fork_outside(const struct keeper *keeper)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)(unsigned)keeper->watch };
	pid_t pid = -1;

	if (keeper->watch >= 0)
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	return pid >= 0 ? pid : fork();
}

static int
start_processes(const struct keeper *keeper, const struct ends *e, const int fds[LAUNCH_FDS], struct wire_launched *launched)
{
	pid_t warden = fork_outside(keeper);
	pid_t worker;

	if (warden == 0)
		become_warden(e, fds);
	if (warden < 0)
		return -errno;
	worker = fork_outside(keeper);
	if (worker == 0)
		become_worker(keeper, e, fds);
	if (worker < 0) {
		int r = -errno;

		kill(warden, SIGKILL);
		return r;
	}
	launched->warden_pid = warden;
	launched->worker_pid = worker;
	return 0;
}

int
launch_session(const struct keeper *keeper, const struct wire_launch *launch, const int fds[LAUNCH_FDS],
    struct wire_launched *launched)
{
	__attribute__((cleanup(ends_done))) struct ends e = { .worker_pty = -1, .worker_out = -1, .worker_err = -1,
		.session_in = -1, .session_out = -1, .session_err = -1, .worker_link = -1, .warden_link = -1,
		.worker_trail = -1, .warden_trail = -1, .worker_answers = -1, .warden_answers = -1, .listen = -1, .inside = -1, .warden_start = -1 };
	char id[ID_TEXT];
	int r = launch->tty ? open_pty(launch, &e) : open_pipes(&e);

	if (r == 0)
		r = open_sockets(keeper, launch, &e);
	if (r == 0 && keeper->table->records[launch->role].trail != ROLE_TRAIL_OFF)
		r = open_trail(&e);
	if (r == 0 && (keeper->table->records[launch->role].flags & ROLE_ASKS))
		r = open_answers(&e);
	if (r == 0)
		r = write_warden_start(keeper, launch, &e);
	if (r == 0)
		r = start_processes(keeper, &e, fds, launched);
	if (r < 0)
		launch_forget(keeper, id_text(&launch->session, id));
	return r;
}
