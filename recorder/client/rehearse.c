/* SPDX-License-Identifier: ISC */
/* Plays the keeper and the worker of one session whose command is postern-probe. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
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
#include "lib/base/text.h"
#include "lib/wire/conn.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"
#include "recorder/client/rehearse.h"
#include "recorder/keeper/contract.h"
#include "recorder/policy/policy.h"

#define MOST_BYTES	(256 * 1024)	/* of questions and of answers */
#define LIMIT_US	(60 * CLOCK_US)

struct rehearsal {
	struct warden_start	start;
	int			link, in, out, err;	/* our ends */
	pid_t			warden;
	struct enforced		enforced;
	char			failed[256];
};

static void
rehearsal_done(struct rehearsal *r)
{
	own_close(&r->link);
	own_close(&r->in);
	own_close(&r->out);
	own_close(&r->err);
	if (r->warden > 0)
		waitpid(r->warden, NULL, 0);	/* it ends with its link */
}

static int
set(char *field, size_t size, const char *text)
{
	int n = snprintf(field, size, "%s", text != NULL ? text : "");

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* What the role would run stays allowed, though it is the probe that runs. */
static int
keep_command(struct role_record *record)
{
	const struct passwd *pw = getpwnam(record->account);
	const char *command = record->argc > 0 ? record->run[0] : pw != NULL ? pw->pw_shell : NULL;
	struct rights_path *path = &record->rights.paths[record->rights.paths_count];

	if (!(record->rights.flags & RIGHTS_CONFINED) || command == NULL || command[0] != '/' ||
	    record->rights.paths_count == RIGHTS_PATHS)
		return 0;
	path->kind = RIGHT_EXEC;
	record->rights.paths_count++;
	return set(path->path, sizeof path->path, command);
}

static int
make_start(const struct place *place, const struct policy_role *role, struct warden_start *start)
{
	AUTO_ROLETABLE struct roletable *table = NULL;
	AUTO_FREE char *probe = place_program("postern-probe");
	bool trial = geteuid() != 0;
	struct role_record *record = &start->role;
	int r = roletable_ask(place->etc, trial || place->root != NULL, &table);

	if (r < 0)
		return r;
	*start = (struct warden_start){ .magic = CONTRACT_MAGIC, .session = id_new(), .flags = trial ? SESSION_TRIAL : 0,
		.deadline_boot_us = clock_boot_us() + LIMIT_US };
	for (uint32_t i = 0; i < table->head.count; i++)
		if (strcmp(table->records[i].name, role->name) == 0)
			*record = table->records[i];
	if (record->name[0] == '\0')
		return ERR_NOT_FOUND;
	r = keep_command(record);
	record->trail = ROLE_TRAIL_OFF;	/* nobody would hear it */
	record->flags &= ~(uint32_t)(ROLE_EXACT | ROLE_ASKS);
	record->rights.need &= ~(uint32_t)NEED_EXACT;
	memset(record->run, 0, sizeof record->run);
	record->argc = 1;
	record->flags &= ~(uint32_t)ROLE_SHELL;
	if (r == 0)
		r = set(record->run[0], ROLE_WORD, probe);
	if (r == 0)
		r = set(start->run_dir, CONTRACT_PATH, place->run);
	if (r == 0)
		r = set(start->state_dir, CONTRACT_PATH, place->state);
	if (r == 0)
		r = set(start->etc_dir, CONTRACT_PATH, place->etc);
	return r == 0 ? set(start->root, CONTRACT_PATH, place->root) : r;
}

static int
launch_file(void)
{
	static char term[] = "dumb";
	static char *none[] = { NULL };
	const struct wire_launch_file launch = { .term = term, .locale = none, .command = none };
	AUTO_BUF struct buf bytes;
	int r;

	buf_init(&bytes, WIRE_FRAME_MOST + 16);
	r = wire_pack(WIRE_LAUNCH_FILE, &launch, &bytes);
	return r < 0 ? r : fdio_memory("postern-launch", buf_data(&bytes), buf_len(&bytes));
}

static void become_warden(const int sources[6]) __attribute__((noreturn));

static void
become_warden(const int sources[6])
{
	static const int targets[] = { WARDEN_START, WARDEN_LINK, WARDEN_IN, WARDEN_OUT, WARDEN_ERR, WARDEN_LAUNCH };
	AUTO_FREE char *path = place_program("postern-warden");
	char *argv[] = { path, NULL };
	char *environment[] = { NULL };

	if (fdio_arrange(sources, targets, 6, WARDEN_LAST) == 0)
		execve(path, argv, environment);
	_exit(127);
}

static int
start_warden(struct rehearsal *r)
{
	AUTO_FD int start = fdio_memory("postern-start", &r->start, sizeof r->start);
	AUTO_FD int launch = launch_file();
	int in[2], out[2], err[2], link[2];

	if (start < 0 || launch < 0)
		return start < 0 ? start : launch;
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0)
		return -errno;
	r->warden = fork();
	if (r->warden == 0) {
		const int sources[] = { start, link[1], in[0], out[1], err[1], launch };

		become_warden(sources);
	}
	close(link[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	r->link = link[0];
	r->in = in[1];
	r->out = out[0];
	r->err = err[0];
	return r->warden < 0 ? -errno : 0;
}

/* Until the probe runs, or never will. */
static int
wait_for_probe(struct rehearsal *r)
{
	union {
		struct warden_word	word;
		struct enforced		enforced;
	} heard;
	ssize_t n;

	while ((n = recv(r->link, &heard, sizeof heard, 0)) > 0) {
		if (n == sizeof heard.enforced && heard.enforced.what == WARDEN_ENFORCED)
			r->enforced = heard.enforced;
		else if (n == sizeof heard.word && heard.word.what == WARDEN_RUNNING)
			return 0;
		else if (n == sizeof heard.word && heard.word.what == WARDEN_FAILED) {
			snprintf(r->failed, sizeof r->failed, "%.*s", (int)sizeof heard.word.text - 1, heard.word.text);
			return ERR_UNSUPPORTED;
		}
	}
	return ERR_PEER_GONE;
}

/* ---- the questions */

static int
ask_paths(struct buf *out, const char *act, char *const *paths, unsigned count, const char *home)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = buf_addf(out, "%s %s%s\n", act, paths[i][0] == '~' ? home : "", paths[i] + (paths[i][0] == '~'));
	return r;
}

static int
ask_ports(struct buf *out, const char *act, const unsigned *ports, unsigned count)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = buf_addf(out, "%s %u\n", act, ports[i]);
	return r;
}

/* First what the role lists, then what everybody would like to know. */
int
rehearse_usual(const struct policy_role *role, struct buf *out)
{
	static const char usual[] = "run /bin/sh\nrun /usr/bin/python3\nrun /usr/bin/ssh\nrun /usr/bin/docker\nread /\nread /etc\n"
	    "read /etc/ssh\nread /home\nread /proc\nread /var/log\nread /usr/bin\nwrite /tmp\nwrite /var/tmp\nwrite /etc\n"
	    "connect 22\nconnect 443\nconnect 3306\nconnect 5432\nconnect 6379\nsocket /run/docker.sock\n"
	    "socket /run/containerd/containerd.sock\nsocket /run/dbus/system_bus_socket\nsocket /run/systemd/private\nuse udp\n"
	    "use listen\nuse raw sockets\nuse namespaces\n";
	const struct policy_may *may = &role->may;
	const struct passwd *pw = geteuid() == 0 ? getpwnam(role->start.as) : getpwuid(geteuid());
	const char *home = pw != NULL ? pw->pw_dir : "/";
	int r = role->start.run_count > 0 ? buf_addf(out, "run %s\n", role->start.run[0]) : 0;

	if (r == 0)
		r = ask_paths(out, "run", may->exec, may->exec_count, home);
	if (r == 0)
		r = ask_paths(out, "read", may->read, may->read_count, home);
	if (r == 0)
		r = ask_paths(out, "write", may->write, may->write_count, home);
	if (r == 0)
		r = ask_paths(out, "socket", may->sockets, may->sockets_count, home);
	if (r == 0)
		r = ask_ports(out, "connect", may->connect, may->connect_count);
	if (r == 0)
		r = ask_ports(out, "bind", may->bind, may->bind_count);
	if (r == 0)
		r = buf_addf(out, "read %s\nwrite %s\n", home, home);
	return r == 0 ? buf_add_text(out, usual) : r;
}

/* ---- the answers */

static int
collect(int from, struct buf *out)
{
	int64_t until = clock_boot_us() + LIMIT_US;
	struct pollfd p = { .fd = from, .events = POLLIN };

	for (;;) {
		int64_t left = until - clock_boot_us();
		uint8_t bytes[4096];
		ssize_t n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)(left / 1000) + 1) <= 0)
			continue;
		n = read(from, bytes, sizeof bytes);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (buf_add(out, bytes, (size_t)n) < 0)
			return ERR_BUF_FULL;
	}
}

static void
tell(const struct buf *said, void (*each)(const char *line, void *user), void *user)
{
	AUTO_FREE char *all = buf_text(said);
	char *line = all;

	while (*line != '\0') {
		size_t count = strcspn(line, "\n");
		AUTO_FREE char *clean = text_clean(line, count);

		each(clean, user);
		line += count + (line[count] == '\n');
	}
}

static void
tell_missing(uint32_t missing, void (*each)(const char *line, void *user), void *user)
{
	char line[64];

	for (uint32_t bit = 1; bit <= NEED_ALL; bit <<= 1) {
		if (!(missing & bit))
			continue;
		snprintf(line, sizeof line, "missing %s", rights_need_name(bit));
		each(line, user);
	}
}

int
rehearse(const struct place *place, const struct policy_role *role, const struct buf *questions, struct rehearse_told *told)
{
	__attribute__((cleanup(rehearsal_done))) struct rehearsal it = { .link = -1, .in = -1, .out = -1, .err = -1 };
	AUTO_BUF struct buf answers;
	int r;

	buf_init(&answers, MOST_BYTES);
	r = make_start(place, role, &it.start);
	if (r == 0)
		r = start_warden(&it);
	if (r == 0)
		r = wait_for_probe(&it);
	if (r == 0)
		r = fdio_write(it.in, buf_data(questions), buf_len(questions));
	own_close(&it.in);
	if (r == 0)
		r = collect(it.out, &answers);
	if (r < 0) {
		snprintf(told->why, sizeof told->why, "%s", it.failed[0] != '\0' ? it.failed : err_text(r));
		return r;
	}
	tell(&answers, told->each, told->user);
	tell_missing(it.enforced.missing, told->each, told->user);
	return 0;
}
