/* SPDX-License-Identifier: ISC */
/* Acts on processes that are not the session's: of its neighbours and of those that hold and record it. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/e2e/cage_try.h"

#define ONE_PROCESS	1	/* IOPRIO_WHO_PROCESS */
#define IDLE		(3 << 13)	/* the class of ioprio_set(2) that waits for everybody */

/* "PPid:" of a process; 0 if there is none that can be named from here. */
static pid_t
parent(pid_t pid)
{
	char path[64], line[128];
	FILE *file;
	pid_t up = 0;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "PPid:\t%d", &up) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return up;
}

/* A child of init by this name. */
static pid_t
find(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (proc != NULL && found == 0 && (entry = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)atoi(entry->d_name);
		char path[300], text[32] = "";
		FILE *file;

		snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
		file = pid > 0 && parent(pid) == getppid() ? fopen(path, "re") : NULL;
		if (file == NULL)
			continue;
		if (fgets(text, sizeof text, file) != NULL && strncmp(text, name, strlen(name)) == 0)
			found = pid;
		fclose(file);
	}
	if (proc != NULL)
		closedir(proc);
	return found;
}

/* 0: it has no number here. */
static pid_t
aim(const char *what)
{
	if (strcmp(what, "init") == 0)
		return getppid();
	if (strcmp(what, "tracer") == 0)
		return find("postern-tracer");
	return strcmp(what, "warden") == 0 ? parent(getppid()) : (pid_t)atoi(what);
}

#define AIM(pid, what)	pid_t pid = aim(what); if (pid <= 0) return -ESRCH

static int
try_limit(const char *what)
{
	struct rlimit old;

	AIM(pid, what);
	return cage_result(prlimit(pid, RLIMIT_NOFILE, NULL, &old));
}

static int
try_starve(const char *what)
{
	static const struct rlimit few = { 7, 7 };

	AIM(pid, what);
	return cage_result(prlimit(pid, RLIMIT_NOFILE, &few, NULL));
}

static int
try_nice(const char *what)
{
	AIM(pid, what);
	return cage_result(setpriority(PRIO_PROCESS, (id_t)pid, 19));
}

static int
try_processor(const char *what)
{
	cpu_set_t set;

	AIM(pid, what);
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return cage_result(sched_setaffinity(pid, sizeof set, &set));
}

static int
try_scheduler(const char *what)
{
	static const struct sched_param none;

	AIM(pid, what);
	return cage_result(sched_setscheduler(pid, SCHED_IDLE, &none));
}

static int
try_io(const char *what)
{
	AIM(pid, what);
	return cage_result(syscall(SYS_ioprio_set, ONE_PROCESS, pid, IDLE));
}

static int
try_trace(const char *what)
{
	AIM(pid, what);
	return cage_result(ptrace(PTRACE_ATTACH, pid, NULL, NULL));
}

static int
try_mem(const char *what)
{
	char path[64];
	int fd;

	AIM(pid, what);
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int
try_vm(const char *what)
{
	static char byte;
	struct iovec here = { &byte, 1 }, there = { &byte, 1 };

	AIM(pid, what);
	return cage_result(process_vm_readv(pid, &here, 1, &there, 1, 0));
}

static int
try_descriptor(const char *what)
{
	int pidfd, r;

	AIM(pid, what);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return -errno;
	r = cage_result(syscall(SYS_pidfd_getfd, pidfd, 1, 0));
	close(pidfd);
	return r;
}

static int
try_kill(const char *what)
{
	AIM(pid, what);
	return cage_result(kill(pid, SIGTERM));
}

const struct cage_act cage_reach[] = {
	{ "limit", try_limit }, { "starve", try_starve }, { "nice", try_nice }, { "processor", try_processor },
	{ "scheduler", try_scheduler }, { "io", try_io }, { "trace", try_trace }, { "mem", try_mem }, { "vm", try_vm },
	{ "descriptor", try_descriptor }, { "kill", try_kill },
	{ NULL, NULL },
};
