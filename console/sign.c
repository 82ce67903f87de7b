/* SPDX-License-Identifier: ISC */
/* Signing a grant on the approver's own terminal. */
#include "config.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/console.h"
#include "console/screen.h"
#include "console/sign.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/signals.h"
#include "lib/base/text.h"
#include "lib/proof/agent.h"

#define WORDS	16
#define SAID	4096
#define LOOK_US	(5 * CLOCK_US)

/* The command line of `postern grant` or `postern review` for the gate of this link. */
static void
make_words(const struct console *console, const char *verb, const char *comment, char *id, char *seconds, const char *words[WORDS])
{
	const struct link *link = &console->links[console->target.link];
	int n = 0;

	words[n++] = "postern";
	words[n++] = verb;
	words[n++] = id_text(&console->target.id, id);
	if (seconds != NULL && console->target.seconds > 0) {
		snprintf(seconds, 24, "%llds", (long long)console->target.seconds);
		words[n++] = "--for";
		words[n++] = seconds;
	}
	if (comment != NULL && comment[0] != '\0') {
		words[n++] = "--comment";
		words[n++] = comment;
	}
	if (link->host != NULL) {
		words[n++] = "-H";
		words[n++] = link->host;
	} else if (link->root != NULL) {
		words[n++] = "--root";
		words[n++] = link->root;
	}
	if (link->as != NULL) {
		words[n++] = "--as";
		words[n++] = link->as;
	}
	words[n] = NULL;
}

/* In the child; what it prints goes to us, what a key asks goes to the terminal itself. */
static void
become_postern(const char *const *words, int out)
{
	AUTO_FREE char *path = place_program("postern");

	signals_unblock();
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(127);
	execv(path, (char *const *)(uintptr_t)words);
	dprintf(STDERR_FILENO, "%s cannot be started: %s\n", path, strerror(errno));
	_exit(127);
}

/* Its last line, cleaned of what does not belong on a screen. */
static char *
last_line(char *said, size_t count)
{
	char *line;

	while (count > 0 && (said[count - 1] == '\n' || said[count - 1] == '\r'))
		count--;
	said[count] = '\0';
	line = strrchr(said, '\n');
	line = line != NULL ? line + 1 : said;
	return text_clean(line, strlen(line));
}

static int
run(const char *const *words, char said[SAID], size_t *count)
{
	int out[2], status = -1;
	ssize_t n = 1;
	pid_t pid;

	*count = 0;
	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become_postern(words, out[1]);
	close(out[1]);
	while (pid > 0 && *count < SAID - 1 && (n > 0 || (n < 0 && errno == EINTR))) {
		n = read(out[0], said + *count, SAID - 1 - *count);
		*count += n > 0 ? (size_t)n : 0;
	}
	close(out[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
is_wanted(const struct queue *queue)
{
	const struct rows *rows = &queue->lists[LIST_WAITING];

	for (size_t i = 0; i < rows->count; i++)
		if (row_request(rows->row[i])->can && row_request(rows->row[i])->signs)
			return true;
	return false;
}

/* NULL: there is a key. */
static const char *
find_why(void)
{
	const struct timeval wait = { .tv_sec = 1 };
	struct agent_keys keys = { .count = 0 };
	AUTO_FD int fd = -1;

	if (getenv("POSTERN_LOGIN") != NULL)
		return "a grant must be signed, on your own machine: `postern console -H HOST`, or `postern grant -H HOST`";
	fd = agent_open(NULL);
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	if (fd < 0 || agent_list(fd, &keys) < 0)
		return "a grant must be signed, and no ssh agent is here; with a key file, `postern grant --key FILE` does it";
	return keys.count > 0 ? NULL : "a grant must be signed, and your ssh agent holds no ed25519 key: ssh-add it";
}

void
sign_look(struct console *console)
{
	int64_t now_us = clock_boot_us();

	if (!is_wanted(&console->queue) || (console->sign_looked_us != 0 && now_us - console->sign_looked_us < LOOK_US))
		return;
	console->sign_looked_us = now_us;
	console->queue.sign_why = find_why();
}

static void
sign_act(struct console *console, const char *verb, const char *comment)
{
	AUTO_FREE char *line = NULL;
	const char *words[WORDS];
	char id[ID_TEXT], seconds[24], said[SAID];
	size_t count;
	int status;

	make_words(console, verb, comment, id, strcmp(verb, "grant") == 0 ? seconds : NULL, words);
	console->target.set = false;
	def_prog_mode();
	endwin();
	printf("\r\nSigning the %s. If your key wants a touch or a passphrase, it says so here.\r\n", verb);
	fflush(stdout);
	status = run(words, said, &count);
	reset_prog_mode();
	screen_resize();
	line = last_line(said, count);
	console_say(console, status == 0 ? INK_GOOD : INK_BAD, "%s", line[0] != '\0' ? line : "Nothing was signed.");
}

void
sign_grant(struct console *console, const char *comment)
{
	sign_act(console, "grant", comment);
}

void
sign_review(struct console *console, const char *comment)
{
	sign_act(console, "review", comment);
}
