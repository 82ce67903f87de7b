/* SPDX-License-Identifier: ISC */
/* Bad days: the writer is killed between two instructions, the disk is full. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "tests/unit/store/place.h"

#define KILLS		12
#define MOST_EVENTS	400

static int
append(struct store *store, const struct id *subject, int64_t number, size_t bytes, int64_t *seq)
{
	static char text[16384];
	struct event_new event = { .type = 1, .subject = *subject, .time_us = NOON, .class = "standard", .number = number,
		.text = text, .text_bytes = bytes };

	memset(text, 'x', sizeof text);
	return event_append(store, &event, seq);
}

struct seen {
	int64_t	next;
	int	bad;
};

static int
in_order(void *ctx, const struct event *event)
{
	struct seen *seen = ctx;

	if (event->seq != seen->next++ || event->text == NULL)
		seen->bad++;
	return 0;
}

/* Appends for ever and tells each seq when it has been committed. */
static void
writer(const char *dir, int tell)
{
	struct store *store;
	struct id subject = id_new();
	int64_t seq;

	if (store_open(dir, 0, &store) != 0)
		_exit(1);
	for (int64_t n = 0; append(store, &subject, n, 300, &seq) == 0; n++)
		if (write(tell, &seq, sizeof seq) != sizeof seq)
			break;
	_exit(1);
}

static void
what_was_committed_survives_a_kill(void **state)
{
	struct place_test *place = *state;
	int64_t told = -1;

	store_close(TAKE(place->store, NULL));
	for (int i = 0; i < KILLS; i++) {
		struct event_filter all = { .type = -1 };
		struct seen seen = { 0 };
		int64_t enough = told + 1 + i * 3;
		int64_t seq;
		int tell[2];
		int status;
		pid_t pid;

		assert_int_equal(pipe(tell), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(tell[0]);
			writer(place->dir, tell[1]);
		}
		close(tell[1]);
		while (told < enough && fdio_read(tell[0], &told, sizeof told) == 0)
			continue;
		kill(pid, SIGKILL);	/* somewhere in the next append */
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		while (fdio_read(tell[0], &seq, sizeof seq) == 0)
			told = seq;
		close(tell[0]);
		assert_int_equal(place_reopen(place, 0), 0);
		assert_int_equal(event_list(place->store, &all, in_order, &seen), 0);
		assert_int_equal(seen.bad, 0);
		assert_true(seen.next > told);
		store_close(TAKE(place->store, NULL));
		told = seen.next - 1;
	}
	assert_int_equal(place_reopen(place, 0), 0);
}

/* Exit statuses of the child that fills a small disk. */
enum { FULL_FINE, FULL_NO_MOUNT, FULL_NO_OPEN, FULL_WRONG_ERROR, FULL_LOST, FULL_NOT_AGAIN };

static int
ballast(const char *path)
{
	AUTO_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0 ? posix_fallocate(fd, 0, 256 << 10) : errno;
}

static bool
write_line(const char *path, const char *line)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && fdio_write(fd, line, strlen(line)) == 0;
}

/* A disk of 1 MiB at `dir`, for this process only; as root, or as root of a user namespace of its own. */
static bool
small_disk(const char *dir)
{
	bool root = geteuid() == 0;
	char users[64];
	char groups[64];

	snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
	snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
	if (unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) < 0)
		return false;
	if (!root && !(write_line("/proc/self/setgroups", "deny") && write_line("/proc/self/uid_map", users) &&
	    write_line("/proc/self/gid_map", groups)))
		return false;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount("none", dir, "tmpfs", 0, "size=1m") == 0;
}

static int
fill_the_disk(const char *dir)
{
	AUTO_STORE struct store *store = NULL;
	struct event_filter all = { .type = -1 };
	struct seen seen = { 0 };
	struct id subject = id_new();
	char path[512];
	int64_t seq;
	int r = 0;

	snprintf(path, sizeof path, "%s/ballast", dir);
	if (!small_disk(dir))
		return FULL_NO_MOUNT;
	if (ballast(path) != 0 || store_open(dir, STORE_CREATE, &store) < 0)
		return FULL_NO_OPEN;
	for (int n = 0; n < MOST_EVENTS && r == 0; n++)
		r = append(store, &subject, n, 8000, &seq);
	if (r != -ENOSPC)
		return FULL_WRONG_ERROR;
	if (event_list(store, &all, in_order, &seen) != 0 || seen.bad != 0 || seen.next != seq + 1)
		return FULL_LOST;
	unlink(path);
	return append(store, &subject, EVENT_NO_NUMBER, 8000, &seq) == 0 && seq == seen.next ? FULL_FINE : FULL_NOT_AGAIN;
}

static void
a_full_disk_is_an_error_and_nothing_is_lost(void **state)
{
	struct place_test *place = *state;
	int status;
	pid_t pid;

	store_close(TAKE(place->store, NULL));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fill_the_disk(place->dir));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == FULL_NO_MOUNT)
		skip();	/* neither root nor user namespaces: no small disk to fill */
	assert_int_equal(WEXITSTATUS(status), FULL_FINE);
	assert_int_equal(place_reopen(place, STORE_CREATE), 0);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_committed_survives_a_kill),
		TEST(a_full_disk_is_an_error_and_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
