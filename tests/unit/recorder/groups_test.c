/* SPDX-License-Identifier: ISC */
/* Look-ups through the helpers: right answers, and no wait that is longer than the limit. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/gate/groups.h"
#include "recorder/gate/groups_kept.h"

struct fixture {
	struct event_base	*base;
	struct groups		*groups;
	char			 script[64];
	unsigned		 answers;	/* so far, of all questions */
};

/* One answer, copied out of its call. */
struct got {
	struct fixture	*fixture;
	unsigned	 place;		/* 1 = the first of all to be answered; 0 = not yet */
	int		 error;
	bool		 old;
	char		 account[GROUPS_NAME];
	uid_t		 uid;
	size_t		 count;
	char		 names[4096];	/* one a line */
};

static const struct groups_limits quick = { .answer_ms = 400, .fresh_ms = 60000, .list_fresh_ms = 0,
	.list_kept_ms = 60000 };

static int
setup(void **state)
{
	struct fixture *f = own_alloc(sizeof *f);

	f->base = event_base_new();
	f->groups = groups_new(f->base, &quick);
	snprintf(f->script, sizeof f->script, "/tmp/groups-test-%ld", (long)getpid());
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	groups_free(f->groups);
	event_base_free(f->base);
	unlink(f->script);
	free(f);
	return 0;
}

static void
on_answer(const struct groups_answer *answer, void *user)
{
	struct got *got = user;

	got->place = ++got->fixture->answers;
	got->error = answer->error;
	got->old = answer->old;
	memcpy(got->account, answer->account, sizeof got->account);
	got->uid = answer->uid;
	got->count = answer->count;
	for (size_t i = 0; i < answer->count; i++)
		snprintf(got->names + strlen(got->names), sizeof got->names - strlen(got->names), "%s\n", answer->names[i]);
}

static void
ask(struct fixture *f, enum groups_kind kind, const char *argument, struct got *got)
{
	*got = (struct got){ .fixture = f };
	groups_ask(f->groups, kind, argument, on_answer, got);
	assert_int_equal(got->place, 0);
}

static void
wait_for(struct fixture *f, const struct got *got)
{
	int64_t until = clock_boot_us() + 30 * CLOCK_US;

	while (got->place == 0 && clock_boot_us() < until)
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_not_equal(got->place, 0);
}

static void
script(const struct fixture *f, const char *body)
{
	char text[256];

	snprintf(text, sizeof text, "#!/bin/sh\n%s\n", body);
	assert_int_equal(fdio_replace(f->script, 0755, text, strlen(text)), 0);
}

static void
an_account_is_found_by_uid_and_by_name(void **state)
{
	struct fixture *f = *state;
	const struct passwd *me = getpwuid(getuid());
	const struct group *group;
	char uid[16], line[GROUPS_NAME + 16];
	struct got by_uid, by_name;

	if (me == NULL)
		skip();
	snprintf(uid, sizeof uid, "%lu", (unsigned long)getuid());
	ask(f, GROUPS_UID, uid, &by_uid);
	ask(f, GROUPS_ACCOUNT, me->pw_name, &by_name);
	wait_for(f, &by_uid);
	wait_for(f, &by_name);
	assert_int_equal(by_uid.error, 0);
	assert_string_equal(by_uid.account, me->pw_name);
	assert_int_equal(by_uid.uid, getuid());
	assert_int_equal(by_name.error, 0);
	assert_string_equal(by_name.names, by_uid.names);
	group = getgrgid(me->pw_gid);
	snprintf(line, sizeof line, "group:%s\n", group != NULL ? group->gr_name : "");
	if (group != NULL)
		assert_non_null(strstr(by_uid.names, line));
}

static void
who_is_not_there_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct got uid, name, nonsense;

	ask(f, GROUPS_UID, "3999999999", &uid);
	ask(f, GROUPS_ACCOUNT, "no-such-account", &name);
	ask(f, GROUPS_UID, "12x", &nonsense);
	wait_for(f, &uid);
	wait_for(f, &name);
	wait_for(f, &nonsense);
	assert_int_equal(uid.error, ERR_NOT_FOUND);
	assert_int_equal(name.error, ERR_NOT_FOUND);
	assert_int_equal(nonsense.error, -EIO);
}

static void
a_command_prints_names(void **state)
{
	struct fixture *f = *state;
	char entry[128];
	struct got got;

	script(f, "echo \"$1\"; echo '# nobody else'; echo; echo '  bert  # until noon'");
	snprintf(entry, sizeof entry, "command:%s dba", f->script);
	ask(f, GROUPS_COMMAND, entry, &got);
	wait_for(f, &got);
	assert_int_equal(got.error, 0);
	assert_string_equal(got.names, "dba\nbert\n");
	assert_false(got.old);
}

static void
a_command_that_fails_gives_nobody(void **state)
{
	static const char *const bodies[] = { "echo anna; exit 3", "echo anna bert", "yes anna | head -c 100000", "kill -9 $$",
		"printf 'anna\\001\\n'", "printf 'anna\\000bert\\n'" };
	struct fixture *f = *state;
	char entry[128];
	struct got got;

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		script(f, bodies[i]);
		snprintf(entry, sizeof entry, "command:%s %zu", f->script, i);
		ask(f, GROUPS_COMMAND, entry, &got);
		wait_for(f, &got);
		if (got.error != -EIO || got.count != 0)
			fail_msg("%s: %s", bodies[i], err_text(got.error));
	}
	ask(f, GROUPS_COMMAND, "command:/nowhere/at/all", &got);
	wait_for(f, &got);
	assert_int_equal(got.error, -EIO);
}

static void
a_command_that_failed_is_worth_its_last_good_answer(void **state)
{
	struct fixture *f = *state;
	char entry[128];
	struct got got;

	snprintf(entry, sizeof entry, "command:%s", f->script);
	script(f, "echo anna");
	ask(f, GROUPS_COMMAND, entry, &got);
	wait_for(f, &got);
	script(f, "exit 1");
	ask(f, GROUPS_COMMAND, entry, &got);
	wait_for(f, &got);
	assert_int_equal(got.error, 0);
	assert_true(got.old);
	assert_string_equal(got.names, "anna\n");
}

static void
a_hanging_command_delays_no_account(void **state)
{
	struct fixture *f = *state;
	struct got hangs, again, account;

	ask(f, GROUPS_COMMAND, "command:/bin/sleep 1000", &hangs);
	ask(f, GROUPS_COMMAND, "command:/bin/sleep 1001", &again);
	ask(f, GROUPS_ACCOUNT, "no-such-account", &account);
	wait_for(f, &hangs);
	wait_for(f, &again);
	assert_int_equal(hangs.error, -ETIMEDOUT);
	assert_int_equal(again.error, -ETIMEDOUT);
	assert_int_equal(account.error, ERR_NOT_FOUND);
	assert_int_equal(account.place, 1);
}

/* Pid of our only child, 0 if there is none. */
static pid_t
child(void)
{
	char path[64];
	AUTO_FREE char *text = NULL;
	size_t count;

	snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
	if (fdio_slurp_path(path, 4096, &text, &count) < 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

static void
a_helper_that_hangs_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct got first, hangs, after;
	pid_t old;
	int turn = 0;

	ask(f, GROUPS_ACCOUNT, "no-such-account", &first);
	wait_for(f, &first);
	old = child();
	if (old == 0)
		skip();	/* this kernel does not list children */
	assert_int_equal(kill(old, SIGSTOP), 0);
	ask(f, GROUPS_ACCOUNT, "another", &hangs);
	ask(f, GROUPS_ACCOUNT, "and-another", &after);
	wait_for(f, &hangs);
	assert_int_equal(hangs.error, -ETIMEDOUT);
	wait_for(f, &after);
	assert_int_equal(after.error, ERR_NOT_FOUND);
	while (child() == old) {	/* dying; it is reaped with one of the next questions */
		char name[32];

		snprintf(name, sizeof name, "account-%d", turn++);
		ask(f, GROUPS_ACCOUNT, name, &after);
		wait_for(f, &after);
		assert_int_equal(after.error, ERR_NOT_FOUND);
		assert_true(turn < 100000);
	}
	assert_int_not_equal(child(), 0);
}

static void
a_helper_that_dies_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct got first, after;

	ask(f, GROUPS_ACCOUNT, "no-such-account", &first);
	wait_for(f, &first);
	if (child() == 0)
		skip();
	assert_int_equal(kill(child(), SIGKILL), 0);
	ask(f, GROUPS_ACCOUNT, "another", &after);
	wait_for(f, &after);
	if (after.error == ERR_PEER_GONE) {	/* asked before its death was seen: the next one is answered */
		ask(f, GROUPS_ACCOUNT, "another", &after);
		wait_for(f, &after);
	}
	assert_int_equal(after.error, ERR_NOT_FOUND);
}

static void
a_question_can_be_forgotten(void **state)
{
	struct fixture *f = *state;
	struct got forgotten, heard;

	ask(f, GROUPS_ACCOUNT, "no-such-account", &forgotten);
	groups_forget(f->groups, &forgotten);
	ask(f, GROUPS_ACCOUNT, "another", &heard);
	event_base_loop(f->base, EVLOOP_NONBLOCK);
	ask(f, GROUPS_ACCOUNT, "another", &forgotten);
	event_base_loop(f->base, EVLOOP_NONBLOCK);
	groups_forget(f->groups, &forgotten);
	wait_for(f, &heard);
	assert_int_equal(forgotten.place, 0);
}

static void
on_kept(const struct groups_answer *answer, void *user)
{
	int *error = user;

	*error = answer->error;
}

static void
answers_grow_old(void **state)
{
	static const struct groups_limits limits = { 5000, 10000, 30000, 600000 };
	struct kept_answers kept;
	const struct kept *k;
	int error = 1;

	(void)state;
	kept_init(&kept, &limits);
	kept_put(&kept, GROUPS_ACCOUNT, "anna", 0, "anna 1 1\n", 1000);
	assert_non_null(kept_fresh(&kept, GROUPS_ACCOUNT, "anna", 10000000));
	assert_null(kept_fresh(&kept, GROUPS_ACCOUNT, "anna", 10001000));
	assert_null(kept_fresh(&kept, GROUPS_UID, "anna", 2000));
	kept_put(&kept, GROUPS_ACCOUNT, "anna", -EIO, NULL, 2000);
	assert_null(kept_fresh(&kept, GROUPS_ACCOUNT, "anna", 2000));
	k = kept_put(&kept, GROUPS_COMMAND, "command:/x", 0, "anna\n", 0);
	kept_put(&kept, GROUPS_COMMAND, "command:/x", -EIO, NULL, 1000000);
	kept_tell(&kept, k, 599999999, on_kept, &error);
	assert_int_equal(error, 0);
	kept_tell(&kept, k, 600000000, on_kept, &error);
	assert_int_equal(error, -EIO);
	kept_age(&kept);
	assert_null(kept_fresh(&kept, GROUPS_COMMAND, "command:/x", 1000001));
	k = kept_put(&kept, GROUPS_ACCOUNT, "bad", 0, "anna -5 x\n", 0);
	kept_tell(&kept, k, 0, on_kept, &error);
	assert_int_equal(error, -EIO);
	kept_clear(&kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_account_is_found_by_uid_and_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(who_is_not_there_is_not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(a_command_prints_names, setup, teardown),
		cmocka_unit_test_setup_teardown(a_command_that_fails_gives_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(a_command_that_failed_is_worth_its_last_good_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(a_hanging_command_delays_no_account, setup, teardown),
		cmocka_unit_test_setup_teardown(a_helper_that_hangs_is_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(a_helper_that_dies_is_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(a_question_can_be_forgotten, setup, teardown),
		cmocka_unit_test(answers_grow_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
