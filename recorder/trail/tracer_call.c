/* SPDX-License-Identifier: ISC */
/* From a call's registers to an exec or an act on a file. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/trail/calls.h"
#include "recorder/trail/exact.h"
#include "recorder/trail/tracer.h"

/* One call that waits. */
struct call {
	struct tracer			*tracer;
	const struct seccomp_notif	*notif;
	const struct trail_call		*row;
	uint32_t			 tid;
	const struct held		*allowed;	/* it has waited for an answer, which was yes */
	unsigned			 flags;		/* of enum trail_flag, as they come up */
};

static uint64_t
argument(const struct call *c, int8_t place)
{
	return place == CALL_NONE ? 0 : c->notif->data.args[place];
}

static int
descriptor(const struct call *c, int8_t place)
{
	return place == CALL_NONE ? AT_FDCWD : (int)(uint32_t)c->notif->data.args[place];
}

/* The folder of another account's descriptors is closed to us; a copy of one of them is not. */
static ssize_t
read_copy(const struct call *c, int fd, char text[TRACER_TEXT])
{
	AUTO_FD int copy = tracer_descriptor(c->tracer, c->tid, fd);
	char path[32];

	snprintf(path, sizeof path, "self/fd/%d", copy);
	return copy < 0 ? -1 : readlinkat(c->tracer->proc, path, text, TRACER_TEXT - 1);
}

static void
link_name(int fd, char name[32])
{
	if (fd == AT_FDCWD)
		snprintf(name, 32, "cwd");
	else
		snprintf(name, 32, "fd/%d", fd);
}

/* As the session sees it. */
static void
strip_root(const struct tracer *t, char text[TRACER_TEXT])
{
	size_t count = strlen(t->root);

	if (count == 0 || strncmp(text, t->root, count) != 0 || (text[count] != '/' && text[count] != '\0'))
		return;
	memmove(text, text + count, strlen(text + count) + 1);
	if (text[0] == '\0')
		memcpy(text, "/", 2);
}

/* What a descriptor of the process is open on; AT_FDCWD: its working folder. Empty if it cannot be read. */
static void
read_link(struct call *c, int fd, char text[TRACER_TEXT])
{
	char path[64], name[32];
	ssize_t n;

	link_name(fd, name);

	snprintf(path, sizeof path, "%u/%s", c->tid, name);
	n = readlinkat(c->tracer->proc, path, text, TRACER_TEXT - 1);
	if (n < 0 && fd != AT_FDCWD)
		n = read_copy(c, fd, text);
	if (n < 0)
		c->flags |= TRAIL_UNKNOWN;
	text[n < 0 ? 0 : n] = '\0';
	strip_root(c->tracer, text);
}

/* For a call on the descriptor itself. */
static void
descriptor_path(struct call *c, int fd, char text[TRACER_TEXT])
{
	read_link(c, fd, text);
	c->flags |= fd == AT_FDCWD ? 0 : TRAIL_BY_FD;
}

/* `raw` beside the folder that it is relative to. Neither dots nor symbolic links are followed: this is the name that was used. */
static void
place(struct call *c, int dir, const char *raw, char text[TRACER_TEXT])
{
	size_t used;

	if (raw[0] == '/') {
		snprintf(text, TRACER_TEXT, "%s", raw);
		return;
	}
	if (raw[0] == '\0') {
		descriptor_path(c, dir, text);
		return;
	}
	read_link(c, dir, text);
	used = strlen(text);
	if (strncmp(raw, "./", 2) == 0)
		raw += 2;
	if (used > 0 && text[used - 1] == '/')
		used--;
	if ((size_t)snprintf(text + used, TRACER_TEXT - used, "/%s", raw) >= TRACER_TEXT - used)
		c->flags |= TRAIL_CUT;
}

/* The text that an argument points to, as it is. */
static void
raw_text(struct call *c, int8_t at, char text[TRACER_TEXT])
{
	bool is_cut = false;

	if (memory_text(c->tid, argument(c, at), text, TRACER_TEXT, &is_cut) < 0) {
		text[0] = '\0';
		c->flags |= TRAIL_UNKNOWN;
	}
	if (is_cut)
		c->flags |= TRAIL_CUT;
}

static void
read_path(struct call *c, int8_t dir, int8_t at, char text[TRACER_TEXT])
{
	char raw[TRACER_TEXT];
	unsigned before = c->flags;

	raw_text(c, at, raw);
	if (c->flags != before && raw[0] == '\0')
		text[0] = '\0';
	else
		place(c, descriptor(c, dir), raw, text);
}

/* The process may have been killed, and its number given away, while it was read. */
static bool
still_waits(const struct call *c)
{
	return ioctl(c->tracer->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &c->notif->id) == 0;
}

/* ---- exec */

/* Whether it has made another folder its root: symbolic links in there lead elsewhere for us. */
static bool
is_rooted(const struct call *c)
{
	char path[32], root[TRACER_TEXT];
	ssize_t n;

	snprintf(path, sizeof path, "%u/root", c->tid);
	n = readlinkat(c->tracer->proc, path, root, sizeof root - 1);
	root[n < 0 ? 0 : n] = '\0';
	return strcmp(root, c->tracer->root[0] != '\0' ? c->tracer->root : "/") != 0;
}

/* /proc/self is somebody else for us, and /dev/fd leads there. */
static bool
is_of_self(const char *raw)
{
	return strstr(raw, "proc/") != NULL || strstr(raw, "dev/") != NULL;
}

/* A shell that tries its PATH asks for programs that are not there. Looked up as the process sees it: 0, or why it is missing. */
static int
missing(const struct call *c, int dir, const char *raw)
{
	char path[TRACER_TEXT + 64], name[32];

	if (raw[0] == '\0' || is_of_self(raw) || is_rooted(c))
		return 0;
	link_name(dir, name);
	if (snprintf(path, sizeof path, "%u/%s/%s", c->tid, raw[0] == '/' ? "root" : name, raw) >= (int)sizeof path)
		return 0;
	if (faccessat(c->tracer->proc, path, F_OK, AT_EACCESS) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return 0;
	return errno;
}

/* Before it goes on: it and its claim are known to the second witness. */
static void
expect(struct call *c, const struct rec_exec *exec, int dir, const char *raw)
{
	char name[TRACER_TEXT];
	struct exact_texts claimed = { .name = name, .args = exec->args, .args_bytes = exec->args_bytes, .argc = exec->argc };

	exact_name(dir, raw, name, sizeof name);
	exact_claim(c->tracer, exec->pid, &claimed);
	if (c->tracer->stops >= 0)
		exact_ptrace_seize(c->tracer, c->tid);
}

/* Whether it may go on as far as the worker is concerned. What could not be read is what counts, not what stands around it. */
static int
permission(struct call *c, const struct rec_exec *exec, unsigned unread)
{
	struct rec_exec question = *exec;

	question.pid = c->tid;
	question.flags = (c->flags & TRAIL_CUT) | unread;
	if (c->allowed == NULL)
		return tracer_ask(c->tracer, c->notif, &question);
	if (tracer_is_same(c->allowed, &question))
		return CALL_GOES;
	tracer_tell_changed(c->notif->id);
	return CALL_REFUSED;
}

static int
on_exec(struct call *c)
{
	char raw[TRACER_TEXT], path[TRACER_TEXT], cwd[TRACER_TEXT], args[TRACER_ARG_BYTES];
	struct rec_exec exec = { .what = TRAIL_EXEC, .path = path, .cwd = cwd, .args = args };
	int dir = descriptor(c, c->row->dir);
	int verdict = CALL_GOES;
	unsigned unread;
	int absent;

	raw_text(c, c->row->path, raw);
	exec.args_bytes = memory_args(c->tid, c->notif->data.args[c->row->path + 1], args, &exec.argc, &c->flags);
	unread = c->flags & TRAIL_UNKNOWN;
	place(c, dir, raw, path);
	read_link(c, AT_FDCWD, cwd);
	absent = missing(c, dir, raw);
	if (!still_waits(c))
		return CALL_GOES;
	if (c->tracer->asks && (absent == 0 || c->allowed != NULL))
		verdict = permission(c, &exec, unread);
	if (verdict != CALL_GOES)
		return verdict;
	exec.pid = tracer_process(c->tracer, c->tid, true, &exec.ppid);
	exec.flags = c->flags | (absent != 0 ? TRAIL_MISSING : 0u);
	if (!still_waits(c))
		return CALL_GOES;
	tracer_tell_exec(c->tracer, &exec);
	if (c->tracer->stops >= 0 || c->tracer->ring.fd >= 0)
		expect(c, &exec, dir, raw);
	if (absent == 0)
		tracer_executed(c->tracer, exec.pid);
	/* Nobody was asked: so it is missing, also if it has come meanwhile. */
	return c->tracer->asks && c->allowed == NULL && absent != 0 ? absent : CALL_GOES;
}

/* ---- files */

static enum trail_act
open_act(uint64_t flags)
{
	if (flags & O_CREAT)
		return TRAIL_CREATE;
	if (flags & O_TRUNC)
		return TRAIL_TRUNCATE;
	return (flags & O_ACCMODE) != O_RDONLY ? TRAIL_WRITE : TRAIL_READ;
}

static enum trail_act
act_of(struct call *c)
{
	uint64_t flags = argument(c, c->row->flags);

	if (c->row->kind == CALL_OPEN_HOW && !memory_bytes(c->tid, flags, &flags, sizeof flags)) {
		c->flags |= TRAIL_UNKNOWN;
		return TRAIL_WRITE;
	}
	if (c->row->kind == CALL_OPEN || c->row->kind == CALL_OPEN_HOW)
		return open_act(flags);
	if (c->row->act == TRAIL_REMOVE && (flags & AT_REMOVEDIR))
		return TRAIL_REMOVE_DIR;
	return c->row->act;
}

static void
on_file(struct call *c)
{
	char path[TRACER_TEXT] = "", other[TRACER_TEXT];
	struct rec_file file = { .act = act_of(c), .path = path };
	uint32_t ppid;

	if (c->row->kind == CALL_FD) {
		descriptor_path(c, descriptor(c, c->row->path), path);
	} else if (c->row->kind == CALL_TARGET) {
		raw_text(c, c->row->path, other);
		read_path(c, c->row->dir2, c->row->path2, path);
		file.other = other;
	} else {
		read_path(c, c->row->dir, c->row->path, path);
	}
	if (c->row->kind == CALL_PATHS) {
		read_path(c, c->row->dir2, c->row->path2, other);
		file.other = other;
	}
	file.pid = tracer_process(c->tracer, c->tid, false, &ppid);
	file.flags = c->flags;
	if (still_waits(c))
		tracer_tell_file(c->tracer, &file);
}

/* In a chroot the session's root is a mount that we see from outside: the first process tells where it is. */
static void
find_root(struct tracer *t, uint32_t tid)
{
	char path[32];
	ssize_t n;

	snprintf(path, sizeof path, "%u/root", tid);
	n = readlinkat(t->proc, path, t->root, sizeof t->root - 1);
	t->root[n <= 1 ? 0 : n] = '\0';	/* "/" is nothing to take away */
	t->has_root = true;
}

int
tracer_call(struct tracer *t, const struct seccomp_notif *notif, const struct held *allowed)
{
	struct call call = { .tracer = t, .notif = notif, .row = trail_call_find(notif->data.nr), .tid = notif->pid, .allowed = allowed };

	if (call.row == NULL)
		return CALL_GOES;
	exact_ring_turn(t);	/* what it has executed comes before what it does now */
	if (!t->has_root)
		find_root(t, notif->pid);
	if (call.row->kind == CALL_EXEC)
		return on_exec(&call);
	on_file(&call);
	return CALL_GOES;
}
