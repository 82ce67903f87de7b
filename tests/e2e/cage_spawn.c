/* SPDX-License-Identifier: ISC */
/* The probe that starts a great many programs: a file of a hundred bytes that exits with 42. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/cage_probe.h"

#if defined(__x86_64__)
/* An ELF header, one program header, and: mov $42, %edi; mov $60, %eax; syscall. */
const unsigned char probe_tiny[] = {
	0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 0, 62, 0, 1, 0, 0, 0, 0x78, 0, 0x40, 0, 0, 0, 0, 0,
	0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0x40, 0, 0x38, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0,
	0x84, 0, 0, 0, 0, 0, 0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0,
	0, 0x10, 0, 0, 0, 0, 0, 0,
	0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
};
#else
const unsigned char probe_tiny[1];
#endif

const size_t probe_tiny_count = sizeof probe_tiny;

static int
write_tiny(char *path)
{
	int fd = mkstemp(path);
	int r = fd >= 0 && write(fd, probe_tiny, sizeof probe_tiny) == (ssize_t)sizeof probe_tiny && fchmod(fd, 0755) == 0 ? 0 : -1;

	if (fd >= 0)
		close(fd);
	return r;
}

static int
spawn_one(const char *path, int i)
{
	char number[16];
	char *argv[] = { (char[]){ "tiny" }, number, NULL };
	char *environment[] = { NULL };
	int status = 0;
	pid_t pid;

	snprintf(number, sizeof number, "%d", i);
	pid = vfork();
	if (pid == 0) {
		execve(path, argv, environment);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

int
probe_spawn(char **argv)
{
	char path[] = "/tmp/postern-tiny.XXXXXX";
	int count = atoi(argv[0]), good = 0;

	if (sizeof probe_tiny == 1) {
		printf("no tiny program\n");
		return 0;
	}
	if (write_tiny(path) < 0)
		return 1;
	for (int i = 0; i < count; i++)
		good += spawn_one(path, i);
	unlink(path);
	printf("spawned %d\n", good);
	return 0;
}
