/* SPDX-License-Identifier: ISC */
/* Inside a session. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/cage_probe.h"
#include "tests/e2e/cage_try.h"

#define FLEE_S	150	/* longer than any test waits */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
probe_env(char **argv)
{
	size_t count = 0;

	(void)argv;
	while (environ[count] != NULL)
		count++;
	qsort(environ, count, sizeof *environ, by_text);
	for (size_t i = 0; i < count; i++)
		printf("%s\n", environ[i]);
	return 0;
}

static void
print_status(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[512];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			fputs(line, stdout);
	if (file != NULL)
		fclose(file);
}

/* Everything about the process that the cage promises, a line each. */
static int
probe_who(char **argv)
{
	gid_t groups[64];
	int count = getgroups(64, groups);
	struct rlimit core;
	mode_t mask = umask(022);
	sigset_t blocked;
	char folder[256];

	(void)argv;
	printf("uid %u %u gid %u %u groups", getuid(), geteuid(), getgid(), getegid());
	for (int i = 0; i < count; i++)
		printf(" %u", groups[i]);
	printf("\nnnp %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	print_status("CapPrm");
	print_status("CapEff");
	print_status("CapInh");
	print_status("CapAmb");
	print_status("SigIgn");
	printf("fds");
	for (int fd = 0; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf(" %d", fd);
	getrlimit(RLIMIT_CORE, &core);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	printf("\ncore %d umask %03o term %s blocked %d leader %d cwd %s\n", (int)core.rlim_max, mask,
	    sigismember(&blocked, SIGTERM) ? "yes" : "no", sigismember(&blocked, SIGCHLD), getsid(0) == getpid(),
	    getcwd(folder, sizeof folder));
	return 0;
}

static int
only_pids(const struct dirent *entry)
{
	return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

static int
only_names(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
list(const char *path, int (*only)(const struct dirent *))
{
	struct dirent **found;
	int count = scandir(path, &found, only, alphasort);

	printf("%s:", path);
	if (count < 0)
		printf(" (%s)", strerror(errno));
	for (int i = 0; i < count; i++) {
		printf(" %s", found[i]->d_name);
		free(found[i]);
	}
	if (count >= 0)
		free(found);
	printf("\n");
}

static void
try_write(const char *folder)
{
	char path[512];

	snprintf(path, sizeof path, "%s/new", folder);
	printf("write %s: %s\n", folder, open(path, O_WRONLY | O_CREAT, 0600) < 0 ? "refused" : "DONE");
}

/* RUN STATE ETC ROOT: what is to be seen there, and whether session.sock answers. */
static int
probe_look(char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char path[512], text[64] = "";

	list("/proc", only_pids);
	for (int i = 0; i < 3; i++)
		list(argv[i], only_names);
	try_write(argv[0]);
	try_write(argv[1]);
	snprintf(path, sizeof path, "%s/auditor.key", argv[3]);
	printf("key %zd\n", read(open(path, O_RDONLY), text, sizeof text));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/session.sock", argv[0]);
	/* Nobody listens any more in the test: "refused" shows that the socket is there, "no such file" that it is not. */
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == ECONNREFUSED)
		printf("socket there\n");
	else
		printf("socket %s\n", strerror(errno));
	return 0;
}

static void
ignore_and_stay(void)
{
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	if (fork() != 0)
		_exit(0);
	setsid();
	for (;;)
		pause();
}

/* N processes, each in a session of its own by two forks, deaf to every signal that can be ignored. */
static int
probe_swarm(char **argv)
{
	int count = atoi(argv[0]);

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0)
			ignore_and_stay();
		if (pid < 0)
			printf("no fork: %s\n", strerror(errno));
		waitpid(pid, NULL, 0);
	}
	printf("swarm ready\n");
	fflush(stdout);
	if (argv[1] != NULL)
		return 7;	/* the command ends, its processes do not */
	for (;;)
		pause();
}

/* A lineage in which each process lives only until it has forked the next. It ends by itself if nobody catches it. */
static void
flee(void)
{
	time_t until = time(NULL) + FLEE_S;

	setsid();
	while (time(NULL) < until) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
		if (pid < 0)
			usleep(1000);	/* the dead are not buried yet */
	}
	_exit(0);
}

/* N lineages. At every moment about N live, never the same. */
static int
probe_chase(char **argv)
{
	int count = atoi(argv[0]);

	for (int i = 0; i < count; i++)
		if (fork() == 0)
			flee();
	printf("swarm ready\n");
	fflush(stdout);
	while (waitpid(-1, NULL, 0) >= 0 || errno == EINTR)
		;
	pause();
	return 0;
}

static void
report(const char *what, bool done)
{
	printf("%s %s\n", what, done ? "DONE" : strerror(errno));
}

static int
open_of(const char *pid, const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	return open(path, flags | O_CLOEXEC);
}

/* PID of a process outside: tries to reach it and init. */
static int
probe_attack(char **argv)
{
	pid_t outside = atoi(argv[0]);

	report("kill outside", kill(outside, SIGTERM) == 0);
	report("kill all", kill(-1, SIGCONT) == 0);
	report("ptrace init", ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0);
	report("memory of init", open_of("1", "mem", O_RDONLY) >= 0);
	report("environment of init", open_of("1", "environ", O_RDONLY) >= 0);
	report("descriptors of init", open_of("1", "fd/4", O_RDONLY) >= 0);
	report("root of init", open_of("1", "root/", O_RDONLY) >= 0);
	report("setuid", setuid(0) == 0);
	kill(1, SIGTERM);
	kill(1, SIGKILL);
	kill(1, SIGSTOP);
	printf("still here\n");
	return 0;
}

int
cage_probe(int argc, char **argv)
{
	static const struct {
		const char	*name;
		int		 words;
		int		(*run)(char **argv);
	} probes[] = {
		{ "env", 0, probe_env }, { "who", 0, probe_who }, { "look", 4, probe_look },
		{ "swarm", 1, probe_swarm }, { "chase", 1, probe_chase }, { "attack", 1, probe_attack },
		{ "try", 1, cage_try }, { "spawn", 1, probe_spawn },
	};

	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
		if (strcmp(argv[1], probes[i].name) == 0 && argc >= 2 + probes[i].words)
			return probes[i].run(argv + 2);
	return 99;
}
