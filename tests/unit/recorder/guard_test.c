/* SPDX-License-Identifier: ISC */
/* What a login may run: lines as sshd hands them over, and what becomes of them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/cli.h"
#include "recorder/client/guard.h"

static struct {
	const char		*line;
	enum guard_answer	 answer;
} const lines[] = {
	{ "", GUARD_MENU },
	{ "   ", GUARD_MENU },
	{ "postern", GUARD_MENU },
	{ "/usr/local/bin/postern", GUARD_MENU },
	{ "postern requests", GUARD_VERB },
	{ "grant 0f3a", GUARD_VERB },
	{ "request shell --reason 'INC-1 a/b'", GUARD_VERB },
	{ "enter shell -- sh -o pipefail /etc/x", GUARD_VERB },
	{ "shell INC-4821 customers see empty baskets", GUARD_ROLE },
	{ "id", GUARD_ROLE },
	{ "sh", GUARD_ROLE },
	{ "request\nshell", GUARD_ROLE },
	{ "/bin/sh", GUARD_REFUSED },
	{ "./postern/../sh", GUARD_REFUSED },
	{ "--", GUARD_REFUSED },
	{ "-c", GUARD_REFUSED },
	{ "--help", GUARD_REFUSED },
	{ "postern --root /tmp requests", GUARD_REFUSED },
	{ "record -o x", GUARD_REFUSED },
	{ "\"rec\"ord", GUARD_REFUSED },
	{ "rec\\ord -- sh", GUARD_REFUSED },
	{ "export 0f3a", GUARD_REFUSED },
	{ "try", GUARD_REFUSED },
	{ "doctor", GUARD_REFUSED },
	{ "scp -t .", GUARD_REFUSED },
	{ "/usr/lib/openssh/sftp-server -R /etc", GUARD_VERB },
	{ "internal-sftp", GUARD_VERB },
	{ "sftp shell", GUARD_VERB },
	{ "rsync --server . /", GUARD_REFUSED },
	{ "bash", GUARD_REFUSED },
	{ "rsync --server", GUARD_REFUSED },
	{ "ls -H other", GUARD_REFUSED },
	{ "ls -Hother", GUARD_REFUSED },
	{ "ls --host=other", GUARD_REFUSED },
	{ "ls --host other", GUARD_REFUSED },
	{ "play --identity=/etc/passwd 0f3a", GUARD_REFUSED },
	{ "play -i/etc/passwd 0f3a", GUARD_REFUSED },
	{ "play /etc/passwd", GUARD_REFUSED },
	{ "play 0f3a ../x", GUARD_REFUSED },
	{ "requests --root /tmp", GUARD_REFUSED },
	{ "requests --root=/tmp", GUARD_REFUSED },
	{ "requests --as approver", GUARD_REFUSED },
	{ "stdio --root /tmp", GUARD_REFUSED },
};

static enum guard_answer
ask(char **argv, int argc)
{
	AUTO_GUARD struct guard guard;

	assert_int_equal(guard_init(&guard, argc, argv), 0);
	assert_true(guard.guarded);
	return guard_check(&guard);
}

static void
each_line_of_a_forced_command_goes_where_the_table_says(void **state)
{
	char name[] = "postern";
	char *argv[] = { name, NULL };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		setenv("SSH_ORIGINAL_COMMAND", lines[i].line, 1);
		if (ask(argv, 1) != lines[i].answer)
			fail_msg("'%s' is not answered as it should be", lines[i].line);
	}
	unsetenv("SSH_ORIGINAL_COMMAND");
}

static void
each_line_given_to_a_login_shell_goes_there_too(void **state)
{
	char name[] = "-postern";
	char option[] = "-c";

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char *line = strdup(lines[i].line);
		char *argv[] = { name, option, line, NULL };
		enum guard_answer answer = ask(argv, 3);

		free(line);
		if (answer != lines[i].answer)
			fail_msg("-c '%s' is not answered as it should be", lines[i].line);
	}
}

static void
words_behind_a_login_shells_own_name_are_not_heard(void **state)
{
	char name[] = "-postern";
	char verb[] = "record";
	char *argv[] = { name, verb, NULL };

	(void)state;
	assert_int_equal(ask(argv, 2), GUARD_MENU);
}

static void
a_line_that_does_not_end_is_a_usage_error(void **state)
{
	static char many[4 * GUARD_WORDS];
	const char *const bad[] = { "request 'shell", "request \"shell", many };
	char name[] = "postern";
	char *argv[] = { name, NULL };

	(void)state;
	for (size_t i = 0; i + 1 < sizeof many; i++)
		many[i] = i % 2 == 0 ? 'a' : ' ';
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		AUTO_GUARD struct guard guard;

		setenv("SSH_ORIGINAL_COMMAND", bad[i], 1);
		assert_int_equal(guard_init(&guard, 1, argv), STATUS_USAGE);
	}
	unsetenv("SSH_ORIGINAL_COMMAND");
}

static void
a_command_of_ones_own_machine_is_not_guarded(void **state)
{
	AUTO_GUARD struct guard guard;
	char name[] = "postern";
	char verb[] = "record";
	char *argv[] = { name, verb, NULL };

	(void)state;
	assert_int_equal(guard_init(&guard, 2, argv), 0);
	assert_false(guard.guarded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_of_a_forced_command_goes_where_the_table_says),
		cmocka_unit_test(each_line_given_to_a_login_shell_goes_there_too),
		cmocka_unit_test(words_behind_a_login_shells_own_name_are_not_heard),
		cmocka_unit_test(a_line_that_does_not_end_is_a_usage_error),
		cmocka_unit_test(a_command_of_ones_own_machine_is_not_guarded),
	};

	unsetenv("SSH_ORIGINAL_COMMAND");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
