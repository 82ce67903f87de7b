/* SPDX-License-Identifier: ISC */
/*
 * postern-nss LIMIT_MS: answers the gate's questions on standard input, one after the other. It may hang in a name
 * service as long as it likes: the gate kills it. Whatever a name service or a command says is bounded and checked here.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/gate/groups.h"
#include "recorder/gate/nss_frame.h"

#define MOST_GROUPS	1024
#define MOST_PRINTED	16384	/* bytes of a command */
#define MOST_WORDS	16
#define GATE		STDIN_FILENO

/* Names go into lines, so they must not hold a space or a line's end. */
static bool
is_name(const char *name)
{
	size_t count = strlen(name);

	return count > 0 && count < GROUPS_NAME && text_is_clean(name, count) && strpbrk(name, " \t") == NULL;
}

static enum nss_status
answer_account(const struct passwd *pw, struct buf *text)
{
	gid_t gids[MOST_GROUPS];
	int count = MOST_GROUPS;

	if (!is_name(pw->pw_name))
		return NSS_FAILED;
	if (getgrouplist(pw->pw_name, pw->pw_gid, gids, &count) < 0)
		return NSS_FAILED;
	if (buf_addf(text, "%s %lu %lu\n", pw->pw_name, (unsigned long)pw->pw_uid, (unsigned long)pw->pw_gid) < 0)
		return NSS_FAILED;
	for (int i = 0; i < count; i++) {
		const struct group *gr = getgrgid(gids[i]);

		if (gr != NULL && is_name(gr->gr_name) && buf_addf(text, "%s\n", gr->gr_name) < 0)
			return NSS_FAILED;
	}
	return NSS_GOOD;
}

static enum nss_status
answer_uid(const char *argument, struct buf *text)
{
	const struct passwd *pw;
	char *end;
	unsigned long uid;

	errno = 0;
	uid = strtoul(argument, &end, 10);
	if (!isdigit((unsigned char)argument[0]) || *end != '\0' || errno != 0 || uid >= UINT32_MAX)
		return NSS_FAILED;
	pw = getpwuid((uid_t)uid);
	if (pw != NULL)
		return answer_account(pw, text);
	return errno == 0 || errno == ENOENT ? NSS_NOT_FOUND : NSS_FAILED;
}

static enum nss_status
answer_name(const char *argument, struct buf *text)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(argument);
	if (pw != NULL)
		return answer_account(pw, text);
	return errno == 0 || errno == ENOENT ? NSS_NOT_FOUND : NSS_FAILED;
}

/* In the child. Its own process group, so that all it starts can be killed with it. */
static void __attribute__((noreturn))
become(char *command, int out)
{
	char *words[MOST_WORDS + 1] = { NULL };
	char *const env[] = { (char *)(uintptr_t)"PATH=/usr/local/bin:/usr/bin:/bin", (char *)(uintptr_t)"LANG=C.UTF-8", NULL };
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const int sources[] = { nothing, out, STDERR_FILENO };
	const int targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	char *save = NULL;
	int count = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	for (char *w = strtok_r(command, " ", &save); w != NULL && count < MOST_WORDS; w = strtok_r(NULL, " ", &save))
		words[count++] = w;
	if (count > 0 && words[0][0] == '/' && fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execve(words[0], words, env);
	_exit(127);
}

static int
left_ms(int64_t until)
{
	int64_t left = until - clock_boot_us();

	return left <= 0 ? 0 : (int)(left / 1000) + 1;
}

/* What the command prints until it closes its output. */
static enum nss_status
collect(int from, int64_t until, struct buf *printed)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	uint8_t bytes[4096];
	ssize_t n;

	while (left_ms(until) > 0) {
		if (poll(&p, 1, left_ms(until)) <= 0)
			continue;
		n = read(from, bytes, sizeof bytes);
		if (n == 0)
			return NSS_GOOD;
		if (n < 0 && errno != EINTR)
			return NSS_FAILED;
		if (n > 0 && buf_add(printed, bytes, (size_t)n) < 0)
			return NSS_FAILED;
	}
	return NSS_TIMEOUT;
}

/* Waits for its end, kills all of its process group in any case. Good only if it ended by itself with status 0. */
static enum nss_status
finish(pid_t pid, int64_t until)
{
	AUTO_FD int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	bool ended = false;
	int exit_status = 0;

	while (!ended && left_ms(until) > 0)
		ended = poll(&p, 1, left_ms(until)) > 0;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &exit_status, 0) < 0 && errno == EINTR)
		;
	if (!ended)
		return NSS_TIMEOUT;
	return WIFEXITED(exit_status) && WEXITSTATUS(exit_status) == 0 ? NSS_GOOD : NSS_FAILED;
}

/* One name a line; empty lines and what follows # do not count. A line that is no name makes the whole answer bad. */
static enum nss_status
read_names(const struct buf *printed, struct buf *text)
{
	AUTO_FREE char *copy = buf_text(printed);
	char *next = copy;

	if (strlen(copy) != buf_len(printed))
		return NSS_FAILED;
	while (next != NULL) {
		char *line = next + strspn(next, " \t");

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line[strcspn(line, "#\r")] = '\0';
		for (size_t end = strlen(line); end > 0 && isspace((unsigned char)line[end - 1]); end--)
			line[end - 1] = '\0';
		if (line[0] != '\0' && (!is_name(line) || buf_addf(text, "%s\n", line) < 0))
			return NSS_FAILED;
	}
	return NSS_GOOD;
}

static enum nss_status
answer_command(char *command, int limit_ms, struct buf *text)
{
	int64_t until = clock_boot_us() + limit_ms * INT64_C(1000);
	AUTO_BUF struct buf printed = { 0 };
	AUTO_FD int from = -1;
	enum nss_status status, ended;
	int ends[2];
	pid_t pid;

	buf_init(&printed, MOST_PRINTED);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return NSS_FAILED;
	from = ends[0];
	pid = fork();
	if (pid == 0)
		become(command, ends[1]);
	close(ends[1]);
	if (pid < 0)
		return NSS_FAILED;
	setpgid(pid, pid);
	status = collect(from, until, &printed);
	ended = finish(pid, status == NSS_GOOD ? until : 0);
	if (status == NSS_GOOD)
		status = ended;
	return status == NSS_GOOD ? read_names(&printed, text) : status;
}

static enum nss_status
answer(char *question, int limit_ms, struct buf *text)
{
	char *argument = question + 1;

	switch (question[0]) {
	case GROUPS_UID:
		return answer_uid(argument, text);
	case GROUPS_ACCOUNT:
		return answer_name(argument, text);
	case GROUPS_COMMAND:
		return answer_command(argument, limit_ms, text);
	default:
		return NSS_FAILED;
	}
}

/* One question and its answer. Below zero: the gate has gone, or does not speak our language. */
static int
serve(int limit_ms)
{
	AUTO_BUF struct buf text = { 0 };
	char question[NSS_QUESTION + 1];
	uint32_t count;
	uint8_t head[5];
	int r;

	r = fdio_read(GATE, &count, sizeof count);
	if (r < 0)
		return r;
	if (count < 1 || count > NSS_QUESTION)
		return ERR_MSG_LENGTH;
	r = fdio_read(GATE, question, count);
	if (r < 0)
		return r;
	question[count] = '\0';
	buf_init(&text, NSS_ANSWER - 1);
	head[4] = (uint8_t)answer(question, limit_ms, &text);
	if (head[4] != NSS_GOOD)
		buf_clear(&text);
	count = (uint32_t)buf_len(&text) + 1;
	memcpy(head, &count, sizeof count);
	r = fdio_write(GATE, head, sizeof head);
	return r < 0 ? r : fdio_write(GATE, buf_data(&text), buf_len(&text));
}

int
main(int argc, char **argv)
{
	int limit_ms = argc == 2 ? (int)strtol(argv[1], NULL, 10) : 0;

	log_open("postern-nss", LOG_LEVEL_INFO);
	if (limit_ms <= 0)
		log_fatal("usage: postern-nss LIMIT_MS (started by posternd)");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	while (serve(limit_ms) == 0)
		;
	return 0;
}
