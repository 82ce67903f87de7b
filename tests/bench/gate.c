/* SPDX-License-Identifier: ISC */
/* A private gate in trial mode, whose roles run the bench's child, and a grant for each of them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/bench/bench.h"

#define WAIT_S	10.0

/* A role for each argument of the child that is used with a gate; it is named like it. */
static const char *const roles[] = { "nothing", "echo", "lines" };

static int
write_policy(const struct bench *bench)
{
	char path[PATH_MOST];

	snprintf(path, sizeof path, "%.200s/gate", bench->dir);
	if (mkdir(path, 0755) < 0)
		return -errno;
	snprintf(path, sizeof path, "%.200s/gate/etc", bench->dir);
	if (mkdir(path, 0755) < 0)
		return -errno;
	snprintf(path, sizeof path, "%.200s/gate/etc/policy.yaml", bench->dir);
	{
		AUTO_FILE FILE *file = fopen(path, "w");

		if (file == NULL)
			return -errno;
		fprintf(file, "people:\n  - {person: engineer}\nclasses:\n  - {class: short, recording: 1h, texts: 1h, log: forever}\nroles:\n");
		for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
			fprintf(file, "  - role: %s\n    about: measured\n    who: [engineer]\n    as: nobody\n"
			    "    run: [%s/child%d, %s]\n    for: {default: 1h, most: 2h}\n    approve: {auto: [engineer]}\n"
			    "    sessions: 64\n    keep: short\n", roles[i], bench->dir, (int)PEER_GATE, roles[i]);
	}
	return 0;
}

/* Asks for the role; the policy grants it. False as long as nobody answers. */
static bool
ask(const struct bench *bench, const char *role)
{
	char command[3 * PATH_MOST];

	snprintf(command, sizeof command, "%s/postern request %s --root %s/gate --as engineer --for 1h --reason 'to be measured' >/dev/null 2>&1",
	    bench->programs, role, bench->dir);
	return system(command) == 0;
}

static void __attribute__((noreturn))
become_gate(const struct bench *bench)
{
	char program[PATH_MOST], root[PATH_MOST], journal[PATH_MOST];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	snprintf(program, sizeof program, "%.200s/posternd", bench->programs);
	snprintf(root, sizeof root, "%.200s/gate", bench->dir);
	snprintf(journal, sizeof journal, "%.200s/journal", bench->dir);
	fd = open(journal, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0)
		execl(program, "posternd", "--trial", "--root", root, (char *)NULL);
	_exit(127);
}

int
gate_begin(struct bench *bench)
{
	double until = now() + WAIT_S;
	int r = write_policy(bench);

	if (r == 0)
		bench->gate = fork();
	if (r == 0 && bench->gate == 0)
		become_gate(bench);
	for (size_t i = 0; r == 0 && i < sizeof roles / sizeof roles[0]; i++) {
		while (!ask(bench, roles[i]) && now() < until)
			usleep(100000);
		r = now() < until ? 0 : -1;
	}
	if (r == 0)
		return 0;
	peer_fail(bench, PEER_GATE, "could not be started");
	gate_end(bench);
	return -1;
}

void
gate_end(struct bench *bench)
{
	char path[PATH_MOST];

	if (bench->gate > 0) {
		kill(bench->gate, SIGTERM);
		waitpid(bench->gate, NULL, 0);
	}
	bench->gate = 0;
	snprintf(path, sizeof path, "%.200s/gate", bench->dir);
	clean_folder(path, true);
}
