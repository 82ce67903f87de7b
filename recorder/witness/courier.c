/* SPDX-License-Identifier: ISC */
/* ssh and curl, and what they bring. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/signals.h"
#include "lib/proof/witness.h"
#include "recorder/witness/courier.h"

#define PATIENCE_US	(60 * CLOCK_US)
#define STEP_MS		50
#define WORDS		24

/* One run: its answer and what it says on standard error land in memory. */
struct run {
	const char	*words[WORDS];
	int		 count;
	int		 in, out, said;
};

static bool
is_local(const char *url)
{
	static const char *const local[] = { "http://127.0.0.1:", "http://127.0.0.1/", "http://[::1]:", "http://[::1]/", "http://localhost:", "http://localhost/" };

	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
		if (strncmp(url, local[i], strlen(local[i])) == 0)
			return true;
	return false;
}

int
courier_check(struct courier *courier)
{
	bool is_http = strcmp(courier->kind, "http") == 0;

	if (!is_http && courier->where[0] != '-')
		return 0;
	if (is_http && strpbrk(courier->where, "@{}[*") == NULL && strncmp(courier->where, "https://", 8) == 0)
		return 0;
	if (is_http && is_local(courier->where) && strchr(courier->where, '@') == NULL)
		return 0;
	snprintf(courier->why, sizeof courier->why, is_http ? "an address begins with https:// (http:// alone only leads to this machine) and names no account" :
	    "a host does not begin with a dash");
	return ERR_CONFIG;
}

static void
add(struct run *run, const char *word)
{
	run->words[run->count++] = word;
}

static void
add_ssh(struct run *run, const struct courier *courier, const char *config)
{
	static const char *const words[] = { "ssh", "-T", "-oBatchMode=yes", "-oConnectTimeout=15", "-oServerAliveInterval=15", "-oClearAllForwardings=yes" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		add(run, words[i]);
	if (access(config, R_OK) == 0) {
		add(run, "-F");
		add(run, config);
	}
	add(run, "--");
	add(run, courier->where);
}

/* -q first: nobody's .curlrc. The status stands behind the text. */
static void
add_curl(struct run *run, const char *url)
{
	static const char *const words[] = { "curl", "-q", "-sS", "--globoff", "--proto", "=http,https", "--max-time", "50", "--max-filesize", "65536",
		"-H", "Content-Type: text/plain", "-X", "POST", "--data-binary", "@-", "-w", "\n%{http_code}" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		add(run, words[i]);
	add(run, url);
}

static void __attribute__((noreturn))
become(const struct run *run)
{
	const int sources[] = { run->in, run->out, run->said }, targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	const struct rlimit most = { 2 * WITNESS_MOST, 2 * WITNESS_MOST };

	signals_unblock();
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_FSIZE, &most);
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execvp(run->words[0], (char **)(uintptr_t)run->words);
	_exit(127);
}

/* Its exit status, or negative. */
static int
wait_for(pid_t pid)
{
	int64_t until = clock_boot_us() + PATIENCE_US;
	struct timespec step = { 0, STEP_MS * 1000000L };
	int status;

	for (;;) {
		pid_t done = waitpid(pid, &status, WNOHANG);

		if (done == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
		if (done < 0 && errno != EINTR)
			return -errno;
		if (clock_boot_us() > until) {
			kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return -ETIMEDOUT;
		}
		nanosleep(&step, NULL);
	}
}

static int
read_back(int fd, char **text, size_t *count)
{
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : fdio_slurp(fd, WITNESS_MOST, text, count);
}

/* The last line that it said. */
static void
take_said(struct courier *courier, int fd, const char *program, int status)
{
	AUTO_FREE char *said = NULL;
	size_t count = 0;
	char *end;

	if (read_back(fd, &said, &count) < 0)
		said = own_dup("");
	while (count > 0 && (said[count - 1] == '\n' || said[count - 1] == '\r'))
		said[--count] = '\0';
	end = strrchr(said, '\n');
	if (status == 127)
		snprintf(courier->why, sizeof courier->why, "%s is not installed, or cannot be run", program);
	else if (status == -ETIMEDOUT)
		snprintf(courier->why, sizeof courier->why, "it does not answer");
	else if (count > 0)
		snprintf(courier->why, sizeof courier->why, "%.200s", end != NULL ? end + 1 : said);
	else
		snprintf(courier->why, sizeof courier->why, "%s ended with status %d", program, status);
}

/* ssh's answer begins with the status, curl's ends with it. */
static int
split(bool is_http, const char *bytes, size_t count, struct buf *text)
{
	const char *feed = count == 0 ? NULL : is_http ? memrchr(bytes, '\n', count) : memchr(bytes, '\n', count);
	const char *digits = is_http && feed != NULL ? feed + 1 : bytes;
	char *end;
	long status;
	int r;

	if (feed == NULL)
		return ERR_NOTE;
	status = strtol(digits, &end, 10);
	if (end != digits + 3 || status < 100 || status > 599 || (*end != '\n' && *end != '\0'))
		return ERR_NOTE;
	r = is_http ? buf_add(text, bytes, (size_t)(feed - bytes)) : buf_add(text, feed + 1, count - (size_t)(feed + 1 - bytes));
	return r < 0 ? r : (int)status;
}

static int
go(struct courier *courier, struct run *run, struct buf *text)
{
	bool is_http = strcmp(courier->kind, "http") == 0;
	AUTO_FREE char *answer = NULL;
	size_t count;
	pid_t pid = fork();
	int r;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(run);
	r = wait_for(pid);
	if (r != 0) {
		take_said(courier, run->said, run->words[0], r);
		return -EIO;
	}
	r = read_back(run->out, &answer, &count);
	if (r == 0)
		r = split(is_http, answer, count, text);
	if (r < 0)
		snprintf(courier->why, sizeof courier->why, "its answer is none");
	return r;
}

int
courier_ask(struct courier *courier, const struct buf *question, struct buf *text)
{
	AUTO_FREE char *config = place_path(courier->etc, "ssh_config", NULL), *url = NULL;
	AUTO_FD int in = -1;
	AUTO_FD int out = -1;
	AUTO_FD int said = -1;
	struct run run = { .count = 0 };

	in = fdio_memory("question", buf_data(question), buf_len(question));
	out = memfd_create("answer", MFD_CLOEXEC);
	said = memfd_create("said", MFD_CLOEXEC);
	if (in < 0 || out < 0 || said < 0 || asprintf(&url, "%s/add-checkpoint", courier->where) < 0)
		return -ENOMEM;
	if (strcmp(courier->kind, "http") == 0)
		add_curl(&run, url);
	else
		add_ssh(&run, courier, config);
	run.in = in;
	run.out = out;
	run.said = said;
	return go(courier, &run, text);
}
