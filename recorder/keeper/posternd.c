/* SPDX-License-Identifier: ISC */
/*
 * posternd: sets the stage, starts gate and keeper, and starts both anew when one of them dies. It hears nobody
 * and holds no session: those outlive it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/base/signals.h"
#include "recorder/keeper/daemon.h"
#include "recorder/keeper/setup.h"

#define CREDENTIAL	"postern.log.key"
#define CREDENTIAL_MOST	1024
#define SLOTS_KEY	"postern.slots.key"	/* and ".old": lib/store/wrap.h, which is not linked here; only the gate reads what is in it */
#define SLOTS_KEYS_MOST	2048
#define STOP_STEPS	100		/* of a tenth of a second: a child that has not ended by then is killed */
#define SHORT_LIFE_US	(5 * CLOCK_US)	/* a child that died sooner is started again only after a pause */

struct posternd {
	struct daemon	daemon;
	int		listener;
	int		signals;
	int		log_key;	/* what the gate gets as DAEMON_LOG_KEY; -1: none */
	char		*slots_keys;	/* secret memory: what each gate gets through DAEMON_SLOTS_KEY; NULL: nothing */
	pid_t		gate, keeper;
	int64_t		started_us;	/* boottime */
};

static void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	sd_notify(0, state);
#else
	(void)state;
#endif
}

/* In the child: becomes the program, with the link on 3 and the listener (or nothing) on 4. Keys are for the gate, which alone listens. */
static void
become_program(const struct posternd *d, const char *name, int link, int listener, int slots_key)
{
	AUTO_FREE char *path = place_program(name);
	const int sources[] = { link, listener, listener >= 0 ? d->log_key : -1, slots_key };
	const int targets[] = { DAEMON_LINK, DAEMON_LISTEN, DAEMON_LOG_KEY, DAEMON_SLOTS_KEY };
	char root_option[] = "--root";
	char trial_option[] = "--trial";
	char debug_option[] = "--debug";
	char *argv[6] = { path };
	int argc = 1;

	if (d->daemon.place.root != NULL) {
		argv[argc++] = root_option;
		argv[argc++] = d->daemon.place.root;
	}
	if (d->daemon.trial)
		argv[argc++] = trial_option;
	if (d->daemon.debug)
		argv[argc++] = debug_option;
	signals_unblock();
	if (fdio_arrange(sources, targets, 4, DAEMON_SLOTS_KEY) < 0)
		log_fatal("cannot arrange descriptors for %s", name);
	execv(path, argv);
	log_fatal("cannot run %s: %s", path, strerror(errno));
}

/* Through a pipe: its bytes stay in memory, while those of a file in memory may be swapped out. -1: there are no keys. */
static int
slots_key_pipe(const struct posternd *d)
{
	int ends[2], r;

	if (d->slots_keys == NULL)
		return -1;
	r = pipe2(ends, O_CLOEXEC) < 0 ? -errno : fdio_write(ends[1], d->slots_keys, strlen(d->slots_keys));
	if (r < 0)
		log_fatal("cannot hand on " SLOTS_KEY ": %s", err_text(r));
	close(ends[1]);
	return ends[0];
}

static pid_t
start(const struct posternd *d, const char *name, int link, int listener)
{
	AUTO_FD int slots_key = listener >= 0 ? slots_key_pipe(d) : -1;
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		log_fatal("cannot fork: %s", strerror(errno));
	if (pid > 0)
		return pid;
	if (listener >= 0)
		daemon_become(d->daemon.gate_uid, d->daemon.gate_gid);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);	/* a change of uid clears it */
	if (getppid() != parent)
		_exit(1);
	become_program(d, name, link, listener, slots_key);
	_exit(1);
}

static void
start_both(struct posternd *d)
{
	int link[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0)
		log_fatal("cannot make the link between gate and keeper: %s", strerror(errno));
	d->keeper = start(d, "postern-keeper", link[0], -1);
	d->gate = start(d, "postern-gate", link[1], d->listener);
	close(link[0]);
	close(link[1]);
	d->started_us = clock_boot_us();
}

/* Waits for a child that was told to end; one that does not is killed, so that an upgrade never hangs. */
static void
wait_for(pid_t *pid, const char *name)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };
	int steps = 0;

	while (*pid > 0 && waitpid(*pid, NULL, WNOHANG) == 0) {
		if (++steps == STOP_STEPS) {
			log_warn("the %s does not end; it is killed", name);
			kill(*pid, SIGKILL);
		}
		nanosleep(&pause, NULL);
	}
	*pid = 0;
}

static void
stop_both(struct posternd *d)
{
	if (d->gate > 0)
		kill(d->gate, SIGTERM);
	if (d->keeper > 0)
		kill(d->keeper, SIGTERM);
	wait_for(&d->gate, "gate");
	wait_for(&d->keeper, "keeper");
}

/* Its reason stands in the journal; it would be the same a second later. */
static void __attribute__((noreturn))
give_up(struct posternd *d)
{
	stop_both(d);
	log_error("the gate has refused to start, so posternd ends; sessions that run go on to their deadline");
	exit(DAEMON_REFUSED);
}

/* A child died: the other one cannot go on without it, so both start again. Sessions notice nothing. */
static void
on_child(struct posternd *d)
{
	bool refused;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		const char *name = pid == d->gate ? "gate" : pid == d->keeper ? "keeper" : NULL;

		if (name == NULL)
			continue;
		if (WIFSIGNALED(status))
			log_warn("the %s was killed by signal %d; starting again", name, WTERMSIG(status));
		else if (WEXITSTATUS(status) != DAEMON_REFUSED)
			log_warn("the %s ended with status %d; starting again", name, WEXITSTATUS(status));
		refused = pid == d->gate && WIFEXITED(status) && WEXITSTATUS(status) == DAEMON_REFUSED;
		*(pid == d->gate ? &d->gate : &d->keeper) = 0;
		if (refused)
			give_up(d);
		stop_both(d);
		if (clock_boot_us() - d->started_us < SHORT_LIFE_US)
			sleep(1);
		start_both(d);
	}
}

static void
run(struct posternd *d)
{
	struct signalfd_siginfo info;

	for (;;) {
		if (fdio_read(d->signals, &info, sizeof info) < 0)
			log_fatal("cannot read signals");
		if (info.ssi_signo == SIGCHLD) {
			on_child(d);
		} else if (info.ssi_signo == SIGHUP) {
			kill(d->keeper, SIGHUP);
			kill(d->gate, SIGHUP);
		} else {
			log_info("stopping; running sessions go on");
			notify("STOPPING=1");
			stop_both(d);
			return;
		}
	}
}

/* Held until the process ends: two of us below one root would take each other's sockets away. */
static void
lock_root(const struct daemon *daemon)
{
	AUTO_FREE char *path = place_path(daemon->place.run, "posternd.lock", NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		log_fatal("cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return;
	if (errno == EWOULDBLOCK)
		log_fatal("another posternd runs with %s already; stop that one first", daemon->place.run);
	log_fatal("cannot lock %s: %s", path, strerror(errno));
}

static int
open_signals(void)
{
	static const int heard[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT, 0 };
	int fd = signals_open(heard, NULL);

	if (fd < 0 || fdio_nonblock(fd, false) < 0)	/* there is nothing else to wait for */
		log_fatal("cannot watch signals: %s", err_text(fd));
	return fd;
}

/*
 * The log's key as systemd hands it over (LoadCredentialEncrypted=): it is on no disk in the clear. Only root can read it there,
 * so the gate gets a copy in memory. -1: there is none.
 */
static int
take_credential(void)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	AUTO_FREE char *path = folder != NULL ? place_path(folder, CREDENTIAL, NULL) : NULL;
	char *text = NULL;
	size_t count = 0;
	int r = path != NULL ? fdio_slurp_path(path, CREDENTIAL_MOST, &text, &count) : -ENOENT;

	if (r == 0) {
		r = fdio_memory("postern-log-key", text, count);
		sodium_memzero(text, count);
	}
	free(text);
	if (r < 0 && r != -ENOENT)
		log_fatal("cannot take %s: %s", path, err_text(r));
	return r < 0 ? -1 : r;
}

/* One file behind the others in d->slots_keys: 0 or negative. An access list of systemd's shows up as the group's right to read. */
static int
add_slots_key(struct posternd *d, const char *path)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	size_t used = strlen(d->slots_keys);
	struct stat st;
	ssize_t count;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 027) != 0)
		return ERR_KEY_OPEN;
	if ((size_t)st.st_size > SLOTS_KEYS_MOST - used - 2)
		return -EFBIG;
	count = fdio_pread(fd, d->slots_keys + used, SLOTS_KEYS_MOST - used - 2, 0);
	if (count < 0)
		return (int)count;
	memcpy(d->slots_keys + used + count, "\n", 2);
	return 0;
}

/*
 * The same for the keys of the key slots, the old one behind the one in force. They stay in secret memory here, and only the gate gets
 * them. Nothing that is started hears where they were.
 */
static void
take_slots_keys(struct posternd *d)
{
	static const char *const names[] = { SLOTS_KEY, SLOTS_KEY ".old" };
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	int r = folder != NULL ? 0 : -ENOENT;

	d->slots_keys = secret_new(SLOTS_KEYS_MOST);
	for (size_t i = 0; folder != NULL && i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = place_path(folder, names[i], NULL);
		int first = r;

		r = add_slots_key(d, path);
		if (r < 0 && r != -ENOENT)
			log_fatal("cannot take %s: %s", path, err_text(r));
		if (i > 0 && r == 0 && first == -ENOENT)
			log_fatal("%s is an old key, and there is no " SLOTS_KEY " that is in force", path);
	}
	unsetenv("CREDENTIALS_DIRECTORY");
	if (d->slots_keys[0] == '\0') {
		secret_free(d->slots_keys);
		d->slots_keys = NULL;
	}
}

int
main(int argc, char **argv)
{
	struct posternd d = { .log_key = -1 };
	AUTO_FREE char *path = NULL;

	umask(077);	/* what has to be open gets its mode by name */
	daemon_init(&d.daemon, "posternd", argc, argv);
	if (!d.daemon.trial && geteuid() != 0)
		log_fatal("posternd needs root; without it try: posternd --trial --root DIR");
	setup_drop(&d.daemon, argv);
	daemon_accounts(&d.daemon);
	setup_folders(&d.daemon);
	setup_keys(&d.daemon);
	lock_root(&d.daemon);
	path = place_path(d.daemon.place.run, "gate.sock", NULL);
	d.log_key = take_credential();
	take_slots_keys(&d);
	d.listener = fdio_listen(path, d.daemon.trial ? 0600 : 0666);
	if (d.listener < 0)
		log_fatal("cannot listen on %s: %s", path, err_text(d.listener));
	d.signals = open_signals();
	start_both(&d);
	notify("READY=1");
	run(&d);
	secret_free(d.slots_keys);
	daemon_done(&d.daemon);
	return 0;
}
