/* SPDX-License-Identifier: ISC */
/*
 * Past acts against a role of today. The player opens the recordings and says what was done; a probe in the role's cage then does
 * the same as harmlessly as it can be done, so that it is the kernel that answers and not a second idea of its rules.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/client/against.h"
#include "recorder/client/rehearse.h"
#include "recorder/policy/policy.h"

#define WORDS		16
#define ACTS_MOST	(8u << 20)	/* bytes of what the player says */
#define ROUND_MOST	(64u << 10)	/* of the questions that a probe gets at one time */
#define LINE_MOST	500		/* of one that it reads */

struct tally {
	unsigned	sessions;
	unsigned long	acts, refused, gone;
};

/* `postern-player learn --acts` for the sessions of the role; what it has to say of trouble goes to our standard error. */
static pid_t
start_player(const struct cli *cli, const struct policy_role *role, int out[2])
{
	static const char *const passed[] = { "identity", "root", "as" };
	static const char *const options[] = { "--identity", "--root", "--as" };
	AUTO_FREE char *path = place_program("postern-player");
	const char *words[WORDS] = { "postern", "learn", "--acts", "--since", cli_get(cli, "against"), "--role", role->name, "--reason", "policy test --against: what would the role refuse now?" };
	int n = 9;
	pid_t pid;

	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (cli_get(cli, passed[i]) != NULL) {
			words[n++] = options[i];
			words[n++] = cli_get(cli, passed[i]);
		}
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (dup2(out[1], STDOUT_FILENO) >= 0)
			execv(path, (char *const *)(uintptr_t)words);
		_exit(127);
	}
	close(out[1]);
	return pid < 0 ? -errno : pid;
}

static int
ask_player(const struct cli *cli, const struct policy_role *role, char **acts)
{
	int out[2], status = -1;
	size_t count;
	pid_t pid = start_player(cli, role, out);
	int r;

	if (pid < 0)
		return cli_fail(cli, STATUS_FAILED, "%s", err_text(pid));
	r = fdio_slurp(out[0], ACTS_MOST, acts, &count);
	close(out[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "what the sessions did cannot be read: %s", err_text(r));
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
}

/* A file that was made then may be gone now: what counts is whether it could be made again. */
static void
put_question(const char *line, size_t count, struct tally *tally, struct buf *questions)
{
	AUTO_FREE char *copy = strndup(line, count);
	struct stat is;
	char *path = copy != NULL ? strchr(copy, ' ') : NULL, *slash;

	if (path == NULL || count > LINE_MOST)
		return;
	path++;
	tally->acts++;
	if (lstat(path, &is) < 0 && strncmp(copy, "write ", 6) == 0) {
		slash = strrchr(path, '/');
		slash[slash == path] = '\0';
	}
	if (lstat(path, &is) < 0)
		tally->gone++;
	else
		(void)buf_addf(questions, "%s\n", copy);
}

/* Only what a right or its lack decides; a device that is not there for the probe would be for a person. */
static bool
is_refusal(const char *line)
{
	static const int by_right[] = { EACCES, EPERM, EROFS };
	size_t count = strlen(line);

	for (size_t i = 0; i < sizeof by_right / sizeof by_right[0] && strncmp(line, "refused ", 8) == 0; i++) {
		const char *reason = strerror(by_right[i]);

		if (count > strlen(reason) && strcmp(line + count - strlen(reason), reason) == 0)
			return true;
	}
	return false;
}

static void
hear(const char *line, void *user)
{
	struct tally *tally = user;

	if (!is_refusal(line))
		return;
	tally->refused++;
	printf("  %s\n", line);
}

/* Questions in rounds that fit into the probe's pipe and its answers into ours. */
static int
ask_kernel(const struct cli *cli, const struct place *place, const struct policy_role *role, const char *acts, struct tally *tally)
{
	struct rehearse_told told = { .each = hear, .user = tally };

	while (*acts != '\0') {
		AUTO_BUF struct buf questions = { .max = ROUND_MOST };

		while (*acts != '\0' && buf_room(&questions) > LINE_MOST + 2) {
			size_t count = strcspn(acts, "\n");

			if (sscanf(acts, "sessions %u", &tally->sessions) != 1)
				put_question(acts, count, tally, &questions);
			acts += count + (acts[count] == '\n');
		}
		if (buf_len(&questions) > 0 && rehearse(place, role, &questions, &told) < 0)
			return cli_fail(cli, STATUS_FAILED, "%s cannot be tried: %s", role->name, told.why);
	}
	return STATUS_OK;
}

int
against_role(const struct cli *cli, const struct place *place, const struct policy_role *role)
{
	struct tally tally = { .sessions = 0 };
	AUTO_FREE char *acts = NULL;
	int status = ask_player(cli, role, &acts);

	if (status != STATUS_OK && status != STATUS_DAMAGED)
		return status;
	printf("What %s would refuse now:\n", role->name);
	fflush(stdout);
	status = ask_kernel(cli, place, role, acts, &tally);
	if (status != STATUS_OK)
		return status;
	printf("Of %lu different acts in %u session%s it would refuse %lu; of %lu others the files are gone, so it cannot be told.\n", tally.acts, tally.sessions,
	    tally.sessions == 1 ? "" : "s", tally.refused, tally.gone);
	return tally.refused > 0 ? STATUS_DENIED : STATUS_OK;
}
