/* SPDX-License-Identifier: ISC */
/*
 * PTRACE_EVENT_EXEC: the new program stands before its first instruction, the only thread in its memory. Job control as in
 * ptrace(2), "Group-stop": a stopped process is listened to, so that its shell sees it stopped and SIGCONT wakes it.
 */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/trail/exact.h"
#include "recorder/trail/tracer.h"

/* EXITKILL: whatever we trace never runs unseen. */
#define OPTIONS	(PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)
#define VECTORS	64

/* Requests take numbers where the prototype has pointers. */
static long
trace(enum __ptrace_request request, uint32_t pid, uintptr_t data)
{
	return ptrace(request, (pid_t)pid, NULL, (void *)data);
}

int
exact_ptrace_try(void)
{
	pid_t pid = fork();
	int r;

	if (pid < 0)
		return -errno;
	if (pid == 0) {	/* as readable as the session's processes are: without namespaces the uid must do */
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		for (;;)
			raise(SIGSTOP);
	}
	waitpid(pid, NULL, WUNTRACED);
	r = trace(PTRACE_SEIZE, (uint32_t)pid, OPTIONS) < 0 ? -errno : 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	return r;
}

int
exact_ptrace_open(void)
{
	sigset_t child;
	int fd;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* CLONE_UNTRACED hides a child from us until it executes something: so each is tried, and those that we have are EPERM. */
void
exact_ptrace_seize(struct tracer *t, uint32_t tid)
{
	if (trace(PTRACE_SEIZE, tid, OPTIONS) < 0 && errno != EPERM && errno != ESRCH)
		t->exact_lost++;
}

/* ---- one exec */

static size_t
read_file(const struct tracer *t, uint32_t pid, const char *name, void *bytes, size_t size)
{
	char path[40];
	size_t used = 0;
	ssize_t n = 1;
	AUTO_FD int fd = -1;

	snprintf(path, sizeof path, "%u/%s", pid, name);
	fd = openat(t->proc, path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && used < size && n > 0) {
		n = read(fd, (char *)bytes + used, size - used);
		used += n > 0 ? (size_t)n : 0;
	}
	return used;
}

static bool
read_name(const struct tracer *t, uint32_t pid, char name[TRACER_TEXT])
{
	Elf64_auxv_t vectors[VECTORS];
	size_t count = read_file(t, pid, "auxv", vectors, sizeof vectors) / sizeof vectors[0];
	bool is_cut;

	for (size_t i = 0; i < count; i++)
		if (vectors[i].a_type == AT_EXECFN)
			return memory_text(pid, vectors[i].a_un.a_val, name, TRACER_TEXT, &is_cut) >= 0;
	return false;
}

static void
on_exec(struct tracer *t, uint32_t pid)
{
	char name[TRACER_TEXT], args[TRACER_ARG_BYTES + 1];
	struct exact_texts exact = { .name = name, .args = args };
	uint32_t ppid;

	if (!read_name(t, pid, name))
		name[0] = '\0';
	exact.args_bytes = read_file(t, pid, "cmdline", args, sizeof args);
	exact.is_cut = exact.args_bytes > TRACER_ARG_BYTES;
	if (exact.is_cut)
		exact.args_bytes = TRACER_ARG_BYTES;
	if (exact.args_bytes == 0) {	/* it was killed where it stood, or its stack cannot be read */
		t->exact_lost += kill((pid_t)pid, 0) == 0;
		return;
	}
	exact_end_args(&exact, args);
	pid = tracer_process(t, pid, true, &ppid);
	exact_heard(t, pid, ppid, &exact);
}

/* ---- stops */

static bool
is_stopping(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void
on_stop(struct tracer *t, uint32_t pid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_STOP && is_stopping(signal)) {
		(void)trace(PTRACE_LISTEN, pid, 0);
		return;
	}
	if (event == PTRACE_EVENT_EXEC)
		on_exec(t, pid);
	(void)trace(PTRACE_CONT, pid, event == 0 ? (uintptr_t)signal : 0);	/* a process that was killed meanwhile is nobody's loss */
}

void
exact_ptrace_turn(struct tracer *t)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (t->stops < 0)
		return;
	while (read(t->stops, &info, sizeof info) > 0)
		;
	while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		if (WIFSTOPPED(status))
			on_stop(t, (uint32_t)pid, status);
}
