/* SPDX-License-Identifier: ISC */
/* The harness itself, and with it the way out of raw mode: rawtty_probe is the program under test. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/term/harness.h"

#define PROBE	"tests/term/rawtty_probe"

static struct term *
start(const char *a, const char *b, const char *c)
{
	const char *const words[] = { a, b, c, NULL };
	char *argv[4] = { NULL };
	struct term *t;

	memcpy(argv, words, sizeof words);
	t = term_start(argv, 60, 10);
	assert_non_null(t);
	return t;
}

static void
words_are_seen_typed_and_gone(void **state)
{
	struct term *t = start("sh", "-c", "read a; echo got $a; read b; clear; echo bye; exit 7");

	(void)state;
	assert_true(term_type(t, "one\n"));
	assert_true(term_wait(t, "got one"));
	assert_true(term_type(t, "\n"));
	assert_true(term_wait_gone(t, "got one"));
	assert_int_equal(term_end(t), 7);
	assert_true(term_wait(t, "bye"));
	term_free(t);
}

static void
the_size_and_the_environment_are_fixed(void **state)
{
	struct term *t = start("sh", "-c", "trap 'stty size' WINCH; echo $TERM $LANG $TZ; stty size; while :; do read x; done");

	(void)state;
	assert_true(term_wait(t, "xterm-256color C.UTF-8 UTC\n10 60"));
	term_resize(t, 70, 20);
	assert_true(term_wait(t, "20 70"));
	term_free(t);
}

static void
questions_of_the_program_are_answered(void **state)
{
	struct term *t = start("sh", "-c", "stty raw -echo; printf '\\033[3;4H\\033[6n'; dd bs=1 count=6 2>/dev/null | tail -c 5");

	(void)state;
	assert_true(term_wait(t, "[3;4R"));
	assert_int_equal(term_end(t), 0);
	term_free(t);
}

/* stty says how the probe left the terminal, the screen what it left switched on. */
static void
leaves_sanely(const char *way, int number, int want)
{
	char command[300];
	struct term *t;
	char *screen, *save = NULL;
	int row, col;
	bool is_visible;

	snprintf(command, sizeof command, "a=$(stty -g); " PROBE " %s; echo status $?; [ \"$a\" = \"$(stty -g)\" ] && echo as before; echo end", way);
	t = start("sh", "-c", command);
	assert_true(term_wait(t, "in raw mode"));
	assert_true(term_is_alternate(t));
	if (number != 0) {
		char *text = term_row(t, 1);
		char *at = strstr(text, "pid ");

		assert_non_null(at);
		assert_int_equal(kill((pid_t)strtol(at + 4, NULL, 10), number), 0);
		free(text);
	} else {
		assert_true(term_type(t, "q"));
	}
	assert_true(term_wait(t, "\nend"));
	assert_false(term_is_alternate(t));
	term_cursor(t, &row, &col, &is_visible);
	assert_true(is_visible);
	screen = term_screen_text(t);
	snprintf(command, sizeof command, "status %d", want);
	assert_string_equal(strtok_r(screen, "\n", &save), command);
	assert_string_equal(strtok_r(NULL, "\n", &save), "as before");
	free(screen);
	assert_int_equal(term_end(t), 0);
	term_free(t);
}

static void
a_terminal_is_restored_when_leaving(void **state)
{
	(void)state;
	leaves_sanely("leave", 0, 0);
}

static void
a_terminal_is_restored_by_exit_alone(void **state)
{
	(void)state;
	leaves_sanely("exit", 0, 3);
}

static void
a_terminal_is_restored_after_signals(void **state)
{
	(void)state;
	leaves_sanely("leave", SIGTERM, 0);
	leaves_sanely("leave", SIGHUP, 0);
	leaves_sanely("leave", SIGINT, 0);
}

static void
a_child_of_the_program_does_not_restore_it(void **state)
{
	(void)state;
	leaves_sanely("fork", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_seen_typed_and_gone),
		cmocka_unit_test(the_size_and_the_environment_are_fixed),
		cmocka_unit_test(questions_of_the_program_are_answered),
		cmocka_unit_test(a_terminal_is_restored_when_leaving),
		cmocka_unit_test(a_terminal_is_restored_by_exit_alone),
		cmocka_unit_test(a_terminal_is_restored_after_signals),
		cmocka_unit_test(a_child_of_the_program_does_not_restore_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
