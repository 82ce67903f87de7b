/* SPDX-License-Identifier: ISC */
/*
 * The cleaner: a process in a session of its own that waits for the end of a pipe. So a key, a signal or SIGKILL ends
 * the bench, and the temporary folder and the drop-in for sudo still go.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

static int working = -1;	/* its end tells the cleaner to begin */
static int cleaned = -1;	/* its end tells us that it is done */
static char sudoers[64];
static const char *kept;	/* the folder that is emptied and stays, for remove_one() */

const char *
clean_sudoers(void)
{
	return sudoers;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return kept != NULL && strcmp(path, kept) == 0 ? 0 : remove(path);
}

void
clean_folder(const char *dir, bool itself)
{
	kept = itself ? NULL : dir;
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		fprintf(stderr, "bench: %s could not be emptied: %s\n", dir, strerror(errno));
}

static void __attribute__((noreturn))
clean(const char *dir, int from)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE };
	char draft[sizeof sudoers + 8];
	char byte;

	setsid();
	prctl(PR_SET_NAME, "bench-cleaner");
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	while (read(from, &byte, 1) < 0 && errno == EINTR)
		;
	snprintf(draft, sizeof draft, "%s.tmp~", sudoers);
	unlink(draft);
	if (unlink(sudoers) < 0 && errno != ENOENT)
		fprintf(stderr, "bench: remove %s yourself: %s\n", sudoers, strerror(errno));
	for (int i = 0; i < 20 && access(dir, F_OK) == 0; i++) {
		usleep(100000);	/* sessions that have just lost their terminal may still write */
		clean_folder(dir, true);
	}
	_exit(0);
}

/* Twice forked, so that it is nobody's child here and no wait of ours meets it. */
int
clean_begin(const char *dir)
{
	int begin[2], done[2];
	pid_t pid;

	snprintf(sudoers, sizeof sudoers, "/etc/sudoers.d/postern-bench-%ld", (long)getpid());
	if (pipe2(begin, O_CLOEXEC) < 0 || pipe2(done, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(begin[1]);
		close(done[0]);
		if (fork() == 0)
			clean(dir, begin[0]);
		_exit(0);
	}
	close(begin[0]);
	close(done[1]);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return -errno;
	working = begin[1];
	cleaned = done[0];
	return 0;
}

void
clean_end(void)
{
	char byte;

	close(working);
	while (read(cleaned, &byte, 1) < 0 && errno == EINTR)
		;
	close(cleaned);
}
