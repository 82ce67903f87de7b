/* SPDX-License-Identifier: ISC */
/* What strangers may put into the command's environment, row by row. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recorder/cage/account.h"
#include "recorder/keeper/contract.h"
#include "recorder/cage/init_env.h"

static const char *
value(const struct init_env *env, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->list[i], name, length) == 0 && env->list[i][length] == '=')
			return env->list[i] + length + 1;
	return NULL;
}

static void
env_free(struct init_env *env)
{
	for (size_t i = 0; i < env->count; i++)
		free(env->list[i]);
}

static void
a_terminal_with_odd_characters_is_dumb(void **state)
{
	static const struct {
		const char	*given, *kept;
	} rows[] = {
		{ "xterm-256color", "xterm-256color" }, { "screen.xterm+x_y", "screen.xterm+x_y" }, { "", "dumb" },
		{ "../../etc/x", "dumb" }, { "a b", "dumb" }, { "x\n", "dumb" }, { "\x1b[c", "dumb" }, { "x;reboot", "dumb" },
		{ "0123456789012345678901234567890123456789012345678901234567890123", "0123456789012345678901234567890123456789012345678901234567890123" },
		{ "01234567890123456789012345678901234567890123456789012345678901234", "dumb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct init_env env = { .count = 0 };

		init_env_terminal(&env, rows[i].given, NULL);
		assert_string_equal(value(&env, "TERM"), rows[i].kept);
		env_free(&env);
	}
}

static void
without_a_terminal_there_is_no_term(void **state)
{
	struct init_env env = { .count = 0 };

	(void)state;
	init_env_terminal(&env, NULL, NULL);
	assert_int_equal(env.count, 0);
}

static void
only_clean_locale_entries_pass(void **state)
{
	static const struct {
		const char	*entry;
		bool		 passes;
	} rows[] = {
		{ "LANG=C.UTF-8", true }, { "LC_ALL=de_DE.UTF-8@euro", true }, { "LC_TIME=x=y", true },
		{ "LANG=", false }, { "LANG", false }, { "", false }, { "=x", false }, { "LANGUAGE=de", false }, { "LC_=C", false },
		{ "LC_all=C", false }, { "LC_ALL2=C", false }, { "LC_ALL=/tmp/x", false }, { "LC_ALL=a b", false }, { "LC_ALL=\xc3\xa4", false },
		{ "LC_IDENTIFICATIONS=C", false }, { "LD_PRELOAD=x", false }, { "PATH=x", false }, { "lang=C", false },
		{ "LANG=01234567890123456789012345678901234567890123456789012345678901234", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct init_env env = { .count = 0 };
		char entry[128];
		char *locale[] = { entry, NULL };

		strcpy(entry, rows[i].entry);
		init_env_terminal(&env, NULL, locale);
		assert_int_equal(env.count, rows[i].passes ? 1 : 0);
		if (rows[i].passes)
			assert_string_equal(env.list[0], rows[i].entry);
		env_free(&env);
	}
}

static void
a_flood_of_entries_ends_at_the_limit(void **state)
{
	static char lang[] = "LC_A=C";
	struct init_env env = { .count = 0 };
	char *locale[2] = { lang, NULL };

	(void)state;
	for (char a = 'A'; a <= 'Z'; a++)
		for (char b = 'A'; b <= 'D'; b++) {
			char entry[] = { 'L', 'C', '_', a, b, '=', 'C', '\0' };

			locale[0] = entry;
			init_env_terminal(&env, NULL, locale);
		}
	assert_int_equal(env.count, INIT_ENV_MOST);
	assert_null(env.list[INIT_ENV_MOST]);
	env_free(&env);
}

static void
the_role_may_set_anything_but_our_own_names(void **state)
{
	static struct warden_start start;
	struct account account = { .name = "orders", .uid = 1000, .home = "/home/orders", .shell = "/bin/sh" };
	struct init_env env = { .count = 0 };

	(void)state;
	start.role.envc = 3;
	strcpy(start.role.env[0], "PATH=/opt/bin");
	strcpy(start.role.env[1], "POSTERN_SESSION=forged");
	strcpy(start.role.env[2], "=nothing");
	init_env_base(&env, &start, &account);
	assert_string_equal(value(&env, "PATH"), "/opt/bin");
	assert_string_equal(value(&env, "POSTERN_SESSION"), "00000000000000000000000000000000");
	assert_string_equal(value(&env, "HOME"), "/home/orders");
	assert_null(value(&env, "POSTERN_ROOT"));
	assert_int_equal(env.count, 6);
	env_free(&env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_with_odd_characters_is_dumb),
		cmocka_unit_test(without_a_terminal_there_is_no_term),
		cmocka_unit_test(only_clean_locale_entries_pass),
		cmocka_unit_test(a_flood_of_entries_ends_at_the_limit),
		cmocka_unit_test(the_role_may_set_anything_but_our_own_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
