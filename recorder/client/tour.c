/* SPDX-License-Identifier: ISC */
/* The stage of `postern try`: folder, policy, gate, and running our own commands as one person or another. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/client/tour.h"

#define WAIT_S		20
#define REMOVE_TRIES	50	/* 5 s */
#define SAID_MOST	(4u << 20)

/* Short windows, so that a newcomer sees the whole life of a recording. */
static const char tour_policy[] =
    "people:\n"
    "  - person: engineer\n"
    "  - person: approver\n"
    "  - person: auditor\n"
    "auditors: [auditor]\n"
    "admins: [auditor]\n"
    "classes:\n"
    "  - {class: tour, recording: 20s, texts: 1h, log: forever}\n"
    "roles:\n"
    "  - role: shell\n"
    "    about: A shell on this machine\n"
    "    who: [engineer]\n"
    "    as: nobody\n"
    "    may: {shell: yes}\n"
    "    require: []         # so that the tour goes on with an old kernel as well\n"
    "    for: {default: 2m, most: 10m}\n"
    "    approve: {by: [approver], need: 1}\n"
    "    keep: tour\n";

static int
write_policy(const struct tour *tour)
{
	AUTO_FREE char *etc = place_path(tour->dir, "etc", NULL);
	AUTO_FREE char *path = place_path(etc, "policy.yaml", NULL);

	if (mkdir(etc, 0755) < 0)
		return -errno;
	return fdio_replace(path, 0644, tour_policy, sizeof tour_policy - 1);
}

static pid_t
start_gate(const struct tour *tour)
{
	AUTO_FREE char *program = place_program("posternd");
	AUTO_FREE char *log = place_path(tour->dir, "posternd.log", NULL);
	AUTO_FD int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	pid_t pid = fd < 0 ? -1 : fork();

	if (pid == 0) {
		if (dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0)
			execl(program, "posternd", "--trial", "--root", tour->dir, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Until the gate answers a question; it has just been started. */
static bool
wait_for_gate(struct tour *tour)
{
	int64_t until = clock_boot_us() + WAIT_S * CLOCK_US;

	do {
		AUTO_FREE char *said = NULL;

		if (tour_run(tour, &said, "engineer", "roles", NULL) == 0)
			return true;
		usleep(100000);
	} while (clock_boot_us() < until && waitpid(tour->gate, NULL, WNOHANG) == 0);
	return false;
}

int
tour_begin(struct tour *tour)
{
	char template[] = "/tmp/postern-try-XXXXXX";
	int r;

	*tour = (struct tour){ .postern = place_program("postern") };
	if (mkdtemp(template) == NULL) {
		fprintf(stderr, "postern try: cannot make a folder below /tmp: %s\n", strerror(errno));
		return STATUS_FAILED;
	}
	tour->dir = own_dup(template);
	r = write_policy(tour);
	if (r < 0) {
		fprintf(stderr, "postern try: cannot write below %s: %s\n", tour->dir, err_text(r));
		return STATUS_FAILED;
	}
	tour->gate = start_gate(tour);
	if (!tour_proved(tour, tour->gate > 0 && wait_for_gate(tour), "a private gate runs, everything below %s", tour->dir))
		return STATUS_FAILED;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Signals that end the tour reach it, and what it began is still tidied up by who called. */
int
tour_guard(struct tour *tour, int (*play)(struct tour *))
{
	static const int heard[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };
	sigset_t set, before;
	int status = 0;
	int number;
	pid_t pid;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++)
		sigaddset(&set, heard[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		exit(play(tour));
	}
	while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0)
		if (sigwait(&set, &number) == 0 && number != SIGCHLD)
			kill(pid, number);
	if (pid < 0)
		return STATUS_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A session that was cut off may write its last words for a moment. */
static int
remove_all(const char *dir)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
			return 0;
		usleep(100000);
	}
	return -errno;
}

void
tour_end(struct tour *tour, bool keep)
{
	int r;

	if (tour->gate > 0) {
		kill(tour->gate, SIGTERM);
		waitpid(tour->gate, NULL, 0);
	}
	if (keep)
		printf("kept: %s\n", tour->dir);
	else if (tour->dir != NULL && (r = remove_all(tour->dir)) < 0)
		fprintf(stderr, "postern try: %s could not be removed whole: %s\n", tour->dir, err_text(r));
	free(tour->dir);
	free(tour->postern);
	*tour = (struct tour){ 0 };
}

char **
tour_argv(const struct tour *tour, const char *person, const char *const words[])
{
	char **argv = own_alloc((TOUR_WORDS + 8) * sizeof *argv);
	int argc = 0;

	argv[argc++] = tour->postern;
	argv[argc++] = (char *)(uintptr_t)words[0];
	argv[argc++] = (char *)(uintptr_t)"--root";
	argv[argc++] = tour->dir;
	argv[argc++] = (char *)(uintptr_t)"--as";
	argv[argc++] = (char *)(uintptr_t)person;
	for (int i = 1; i < TOUR_WORDS && words[i] != NULL; i++)
		argv[argc++] = (char *)(uintptr_t)words[i];
	return argv;
}

int
tour_run(struct tour *tour, char **said, const char *person, ...)
{
	const char *words[TOUR_WORDS + 1] = { NULL };
	AUTO_FREE char **argv = NULL;
	AUTO_FD int from = -1;
	va_list args;
	int ends[2];
	int status;
	pid_t pid;

	va_start(args, person);
	for (int i = 0; i < TOUR_WORDS && (words[i] = va_arg(args, const char *)) != NULL; i++)
		;
	va_end(args);
	argv = tour_argv(tour, person, words);
	*said = NULL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	from = ends[0];
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(ends[1], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0)
			execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	if (fdio_slurp(from, SAID_MOST, said, NULL) < 0)
		*said = own_dup("");
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool
tour_proved(struct tour *tour, bool held, const char *format, ...)
{
	va_list args;

	printf("%2d  %s  ", ++tour->step, held ? "ok    " : "FAILED");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	tour->failed += !held;
	return held;
}

void
tour_deletion(struct tour *tour)
{
	int64_t until = clock_boot_us() + 90 * CLOCK_US;
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *rec = place_path(tour->dir, "state/rec", NULL);
	char name[80];
	int status = 0;

	snprintf(name, sizeof name, "%s.rec", tour->session);
	path = place_path(rec, name, NULL);
	do {
		AUTO_FREE char *said = NULL;

		status = tour_run(tour, &said, "auditor", "export", tour->session, "--as", "text", "--reason", "to see that it is all there", NULL);
		if (status == STATUS_EXPIRED) {
			said[strcspn(said, "\n")] = '\0';
			tour_proved(tour, strstr(said, "retention window lapsed") != NULL, "the retention window is over and the gate erased the key by itself: \"%s\"", said);
			break;
		}
		sleep(1);
	} while (clock_boot_us() < until);
	if (status != STATUS_EXPIRED)
		tour_proved(tour, false, "the recording's retention window should be over, but it still opens");
	tour_proved(tour, access(path, F_OK) < 0 && errno == ENOENT, "its file is gone too");
}
