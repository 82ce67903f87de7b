/* SPDX-License-Identifier: ISC */
/* The other side of a warden, for tests. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/wire/conn.h"
#include "lib/wire/kinds.h"
#include "tests/e2e/cage.h"

static int
sh(const char *format, const char *a, const char *b)
{
	char *command = NULL;
	int status;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (asprintf(&command, format, a, b) < 0)
		return -1;
#pragma GCC diagnostic pop
	status = system(command);
	free(command);
	return status;
}

/* A second group, so that there is something for initgroups to do. */
static const char *
make_account(struct cage_site *site)
{
	snprintf(site->account, sizeof site->account, "pcage%d", (int)getpid());
	if (system("command -v useradd >/dev/null 2>&1") != 0)
		return "there is no useradd";
	if (sh("groupadd %1$sg && useradd -M -d %2$s/home -s /bin/sh -G %1$sg %1$s", site->account, site->root) != 0)
		return "useradd fails";
	site->made = true;
	return NULL;
}

static const char *
find_account(struct cage_site *site)
{
	struct passwd *pw = site->made ? getpwnam(site->account) : getpwuid(getuid());

	if (pw == NULL)
		return "the account is not found";
	snprintf(site->account, sizeof site->account, "%s", pw->pw_name);
	snprintf(site->shell, sizeof site->shell, "%s", pw->pw_shell);
	site->uid = pw->pw_uid;
	site->gid = pw->pw_gid;
	return NULL;
}

static int
make_folders(struct cage_site *site)
{
	static const char *const folders[] = { "run", "run/i", "run/w", "state", "state/rec", "etc", "etc/pam.d", "home", "recorder" };
	char path[300];

	if (mkdtemp(site->root) == NULL || chmod(site->root, 0755) < 0)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", site->root, folders[i]);
		if (mkdir(path, 0755) < 0)
			return -1;
	}
	if (sh("cp recorder/postern-warden recorder/postern-init recorder/postern-tracer %s/recorder%s", site->root, "") != 0)
		return -1;
	if (sh("cp /proc/%2$s/exe %1$s/probe && chmod 755 %1$s/probe", site->root, "$PPID") != 0)
		return -1;
	return sh("echo secret >%1$s/state/catalogue.db; echo secret >%1$s/etc/policy.yaml; echo secret >%1$s/auditor.key; "
	    "cp %2$s/share/pam/postern %1$s/etc/pam.d/postern", site->root, CAGE_SOURCE);
}

const char *
cage_site_make(struct cage_site *site)
{
	const char *why;

	*site = (struct cage_site){ .root = "/tmp/postern-cage.XXXXXX" };
	if (make_folders(site) != 0)
		return "no temporary folder";
	why = geteuid() == 0 ? make_account(site) : NULL;
	if (why == NULL)
		why = find_account(site);
	if (why != NULL)
		return why;
	if (geteuid() == 0 && sh("chown -R %s: %s", site->account, site->root) != 0)
		return "chown fails";
	return NULL;
}

void
cage_site_done(struct cage_site *site)
{
	if (site->made)
		sh("userdel %s 2>/dev/null; groupdel %1$sg 2>/dev/null", site->account, "");
	sh("rm -rf --one-file-system %s%s", site->root, "");
}

static void
set_path(char *field, const char *root, const char *name)
{
	snprintf(field, CONTRACT_PATH, "%s/%s", root, name);
}

void
cage_init(struct cage *cage, const struct cage_site *site, enum cage_mode mode)
{
	static char empty[] = "";
	static char *none[] = { NULL };
	struct warden_start *start = &cage->start;
	char path[64];

	*cage = (struct cage){ .site = site, .mode = mode, .link = -1, .trail = -1, .in = -1, .out = -1, .err = -1 };
	*start = (struct warden_start){ .magic = CONTRACT_MAGIC, .session = id_new() };
	start->flags = mode == CAGE_ROOT ? 0 : mode == CAGE_TRIAL ? SESSION_TRIAL : SESSION_TRIAL | SESSION_NO_NAMESPACE;
	id_text(&start->session, cage->id);
	strcpy(start->role.name, "test");
	strcpy(start->role.account, site->account);
	start->role.flags = ROLE_SHELL;
	start->role.pids_max = 512;
	strcpy(start->root, site->root);
	set_path(start->run_dir, site->root, "run");
	set_path(start->state_dir, site->root, "state");
	set_path(start->etc_dir, site->root, "etc");
	snprintf(path, sizeof path, "run/i/%s", cage->id);
	set_path(start->inside_dir, site->root, path);
	if (mode != CAGE_ROOT)
		set_path(start->home, site->root, "home");
	cage->launch = (struct wire_launch_file){ .term = empty, .locale = none, .command = none };
}

void
cage_run(struct cage *cage, const char *const *words)
{
	struct role_record *role = &cage->start.role;

	role->flags &= ~(uint32_t)ROLE_SHELL;
	for (role->argc = 0; words[role->argc] != NULL; role->argc++)
		snprintf(role->run[role->argc], ROLE_WORD, "%s", words[role->argc]);
}

static int
memory_file(const void *bytes, size_t count)
{
	int fd = memfd_create("test", 0);

	if (fd < 0 || fdio_pwrite(fd, bytes, count, 0) < 0)
		return -1;
	return fd;
}

static int
launch_file(const struct cage *cage)
{
	AUTO_BUF struct buf bytes;

	buf_init(&bytes, WIRE_FRAME_MOST + 16);
	if (cage->launch_bytes != NULL)
		return memory_file(cage->launch_bytes, cage->launch_count);
	if (wire_pack(WIRE_LAUNCH_FILE, &cage->launch, &bytes) < 0)
		return -1;
	return memory_file(buf_data(&bytes), buf_len(&bytes));
}

static int
open_pty(struct cage *cage)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1;
	cage->in = master;
	return open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static bool
open_streams(struct cage *cage, int theirs[3])
{
	int ends[3][2];

	theirs[1] = theirs[2] = -1;
	if (cage->start.flags & SESSION_TTY) {
		theirs[0] = open_pty(cage);
		return theirs[0] >= 0;
	}
	for (int i = 0; i < 3; i++)
		if (pipe2(ends[i], O_CLOEXEC) < 0)
			return false;
	theirs[0] = ends[0][0], cage->in = ends[0][1];
	theirs[1] = ends[1][1], cage->out = ends[1][0];
	theirs[2] = ends[2][1], cage->err = ends[2][0];
	return true;
}

static void become_warden(const struct cage *cage, const int *sources) __attribute__((noreturn));

static void
become_warden(const struct cage *cage, const int *sources)
{
	static const int targets[] = { WARDEN_START, WARDEN_LINK, WARDEN_IN, WARDEN_OUT, WARDEN_ERR, WARDEN_LAUNCH,
		WARDEN_TRAIL };
	/* Without namespaces nothing else bounds a session that forks; the dead that nobody has buried count as well. */
	static const struct rlimit bound = { 1500, 1500 };
	char path[256];
	char *argv[] = { path, NULL };

	snprintf(path, sizeof path, "%s/recorder/postern-warden", cage->site->root);
	if (cage->mode != CAGE_ROOT)
		setrlimit(RLIMIT_NPROC, &bound);
	if (cage->mode != CAGE_ROOT && geteuid() == 0 && (initgroups(cage->site->account, cage->site->gid) < 0 ||
	    setresgid(cage->site->gid, cage->site->gid, cage->site->gid) < 0 ||
	    setresuid(cage->site->uid, cage->site->uid, cage->site->uid) < 0))
		_exit(99);
	setenv("LD_PRELOAD", "", 1);
	setenv("POISON", "must not arrive", 1);
	if (fdio_arrange(sources, targets, 7, WARDEN_TRAIL) < 0)
		_exit(98);
	execv(path, argv);
	_exit(97);
}

/* inside_dir with something like the worker's socket, as the keeper makes them. */
static bool
make_inside(const struct cage *cage)
{
	char path[CONTRACT_PATH + 32];

	if (mkdir(cage->start.inside_dir, 0755) < 0 && errno != EEXIST)
		return false;
	snprintf(path, sizeof path, "%s/session.sock", cage->start.inside_dir);
	close(fdio_listen(path, 0666));
	return geteuid() != 0 || chown(cage->start.inside_dir, cage->site->uid, cage->site->gid) == 0;
}

bool
cage_start(struct cage *cage)
{
	int theirs[3], link[2];
	int start = memory_file(&cage->start, sizeof cage->start);
	int launch = launch_file(cage);

	if (!make_inside(cage) || !open_streams(cage, theirs) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0 || start < 0 || launch < 0)
		return false;
	cage->warden = fork();
	if (cage->warden == 0) {
		int sources[] = { start, link[1], theirs[0], theirs[1], theirs[2], launch, cage->trail };

		become_warden(cage, sources);
	}
	cage->link = link[0];
	close(link[1]);
	own_close(&cage->trail);
	close(start);
	close(launch);
	for (int i = 0; i < 3; i++)
		own_close(&theirs[i]);
	return cage->warden > 0;
}

bool
cage_hear(struct cage *cage, uint32_t what)
{
	struct warden_word *place[] = { [WARDEN_RUNNING] = &cage->running, [WARDEN_EXITED] = &cage->exited,
		[WARDEN_FAILED] = &cage->failed, [WARDEN_RECEIPT] = &cage->receipt,
		[WARDEN_FROZEN] = &cage->frozen, [WARDEN_THAWED] = &cage->thawed };
	struct pollfd p = { .fd = cage->link, .events = POLLIN };
	union {
		struct warden_word	word;
		struct enforced		enforced;
	} heard;
	ssize_t n;

	while (poll(&p, 1, CAGE_MS) > 0 && (n = recv(cage->link, &heard, sizeof heard, 0)) >= (ssize_t)sizeof heard.word) {
		struct warden_word word = heard.word;

		if (n == sizeof heard.enforced && heard.enforced.what == WARDEN_ENFORCED) {
			cage->enforced = heard.enforced;
			continue;
		}
		if (word.what < WARDEN_RUNNING || word.what > WARDEN_THAWED)
			return false;
		*place[word.what] = word;
		if (word.what == what)
			return true;
	}
	return false;
}

void
cage_order_end(const struct cage *cage)
{
	struct warden_order order = { .op = WARDEN_END };

	send(cage->link, &order, sizeof order, MSG_NOSIGNAL);
}

void
cage_order_deadline(const struct cage *cage, int64_t boot_us)
{
	struct warden_order order = { .op = WARDEN_DEADLINE, .deadline_boot_us = boot_us };

	send(cage->link, &order, sizeof order, MSG_NOSIGNAL);
}

char *
cage_output(const struct cage *cage, const char *until)
{
	size_t used = 0;
	char *text = own_alloc(1 << 20);
	struct pollfd p = { .fd = cage->start.flags & SESSION_TTY ? cage->in : cage->out, .events = POLLIN };

	while (used < (1 << 20) - 1 && poll(&p, 1, CAGE_MS) > 0) {
		ssize_t n = read(p.fd, text + used, (1 << 20) - 1 - used);

		if (n <= 0)
			break;
		used += (size_t)n;
		text[used] = '\0';
		if (until != NULL && strstr(text, until) != NULL)
			break;
	}
	return text;
}

static bool
is_of_session(const char *pid, const char *id)
{
	AUTO_FREE char *text = NULL;
	char path[300];
	size_t count;

	snprintf(path, sizeof path, "/proc/%s/environ", pid);
	if (fdio_slurp_path(path, 1 << 20, &text, &count) < 0)
		return false;
	return memmem(text, count, id, strlen(id)) != NULL;
}

int
cage_alive(const struct cage *cage)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (proc != NULL && (entry = readdir(proc)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			count += is_of_session(entry->d_name, cage->id);
	if (proc != NULL)
		closedir(proc);
	return count;
}

bool
cage_all_gone(const struct cage *cage)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	int64_t end = clock_boot_us() + INT64_C(1000) * CAGE_MS;

	while (cage_alive(cage) > 0 || (cage->running.pid > 0 && kill((pid_t)cage->running.pid, 0) == 0)) {
		if (clock_boot_us() > end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static int
reap_warden(const struct cage *cage)
{
	static const struct timespec pause = { .tv_nsec = 5000000 };
	int64_t end = clock_boot_us() + INT64_C(1000) * CAGE_MS;
	int status = 0;

	while (waitpid(cage->warden, &status, WNOHANG) == 0) {
		if (clock_boot_us() > end) {
			kill(cage->warden, SIGKILL);
			waitpid(cage->warden, &status, 0);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
cage_done(struct cage *cage)
{
	int status;

	own_close(&cage->link);
	own_close(&cage->in);
	own_close(&cage->out);
	own_close(&cage->err);
	status = cage->warden > 0 ? reap_warden(cage) : -1;
	cage->warden = 0;
	return status;
}
