/* SPDX-License-Identifier: ISC */
/*
 * What somebody with bad intentions tries, by the system call itself: exit status 0 if it worked, 1 if it was refused
 * (and why on stdout).
 *	sshd_probe trace|memory|descriptor|signal PID
 *	sshd_probe connect PATH
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"

static int
trace(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 ? 0 : -errno;
}

/* A page that every process has: EFAULT would mean that we were let in. */
static int
memory(pid_t pid)
{
	char byte;
	struct iovec here = { &byte, 1 };
	struct iovec there = { (void *)0x400000, 1 };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 || errno == EFAULT ? 0 : -errno;
}

static int
descriptor(pid_t pid)
{
	AUTO_FD int process = (int)syscall(SYS_pidfd_open, pid, 0);
	AUTO_FD int fd = -1;

	if (process < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_getfd, process, 4, 0);
	return fd >= 0 || errno == EBADF ? 0 : -errno;
}

static int
may_signal(pid_t pid)
{
	return kill(pid, 0) == 0 ? 0 : -errno;
}

static const struct {
	const char	*name;
	int		(*run)(pid_t pid);
} tricks[] = { { "trace", trace }, { "memory", memory }, { "descriptor", descriptor }, { "signal", may_signal } };

int
main(int argc, char **argv)
{
	AUTO_FD int fd = -1;
	int r = -EINVAL;

	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "connect") == 0)
		r = fd = fdio_connect(argv[2]);
	for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++)
		if (strcmp(argv[1], tricks[i].name) == 0)
			r = tricks[i].run((pid_t)strtol(argv[2], NULL, 10));
	printf("%s\n", r < 0 ? strerror(-r) : "it worked");
	return r < 0 ? 1 : 0;
}
