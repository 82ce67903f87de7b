/* SPDX-License-Identifier: ISC */
/* The output of commands that are named in the rules, from the line on which they are entered to the next prompt. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_command.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_stream.h"

#define MOST	(8u << 20)

static const char rules_text[] = "output-of: [env, 'kubectl get secret*', 'cat *.pem']\n";

static struct mask_rules *rules;
static struct mask_match *match;

static void
put(void *user, const uint8_t *bytes, size_t count)
{
	if (buf_add(user, bytes, count) < 0)
		abort();
}

static int
set_up(void **state)
{
	struct mask_text text = { "site.yaml", rules_text, sizeof rules_text - 1 };
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&errors, 4096);
	return mask_rules_parse(&text, 1, &rules, &errors) < 0 || mask_match_new(rules, &match, NULL) < 0;
}

static int
tear_down(void **state)
{
	(void)state;
	mask_match_free(match);
	mask_rules_free(rules);
	return 0;
}

struct command {
	const char	*line;
	bool		 is_covered;
};

static const struct command commands[] = {
	{ "env", true }, { "  env ", true }, { "env -0", true }, { "env -u A", false }, { "/usr/bin/env", true }, { "environment", false },
	{ "cd /; env", true }, { "true && env | sort", true }, { "ls|env", true }, { "A=1 B='x y' env", true }, { "sudo env", true },
	{ "sudo -u app -i env", true }, { "time env", true }, { "env 2>&1", true }, { "env >file", true }, { "ssh db1 env", true },
	{ "bash -c 'env'", true }, { "sh -c \"cd /; env\"", true }, { "x=$(env)", true }, { "echo env", false }, { "echo 'a; env'", false },
	{ "printenv", false }, { "kubectl get secrets -o yaml", true }, { "kubectl   get secret x", true }, { "kubectl get pods", false },
	{ "cat /etc/ssl/key.pem", true }, { "cat key.pub", false }, { "\\! env", true }, { "", false },
};

static void
commands_are_found_behind_what_starts_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const char *line = commands[i].line;

		if ((mask_command_find(rules->outputs, rules->output_count, line, strlen(line)) < rules->output_count) != commands[i].is_covered)
			fail_msg("'%s'", line);
	}
}

static void
a_prompt_ends_with_a_sign_and_a_blank(void **state)
{
	(void)state;
	assert_int_equal(mask_prompt_end("me@db1:~$ ls", 12, 0), 10);
	assert_int_equal(mask_prompt_end("orders=> select", 15, 0), 9);
	assert_int_equal(mask_prompt_end("a$b c", 5, 0), 0);
	assert_int_equal(mask_prompt_end("echo a > b", 10, 0), 0);
}

struct row {
	const char	*what, *in, *out;
};

/* clang-format off */
static const struct row rows[] = {
	{ "no such command", "me@db1:~$ ls\r\na\r\nme@db1:~$ ", "me@db1:~$ ls\r\na\r\nme@db1:~$ " },
	{ "a command", "me@db1:~$ env\r\nA=one two\r\n\r\n\tB\r\nme@db1:~$ ls\r\na\r\n", "me@db1:~$ env\r\n***** ***\r\n\r\n\t*\r\nme@db1:~$ ls\r\na\r\n" },
	{ "another folder", "me@db1:~$ env\r\nA=1\r\nme@db1:/srv/x$ ls\r\na\r\n", "me@db1:~$ env\r\n***\r\nme@db1:/srv/x$ ls\r\na\r\n" },
	{ "another user", "me@db1:~$ env\r\nA=1\r\nroot@db1:~# ls\r\na\r\n", "me@db1:~$ env\r\n***\r\nroot@db1:~# ls\r\na\r\n" },
	{ "a prompt in the output", "me@db1:~$ env\r\nPS1=\\u$ \r\n$ x\r\nyou@db2:~$ x\r\nme@db1:~$ ", "me@db1:~$ env\r\n******* \r\n* *\r\n********** *\r\nme@db1:~$ " },
	{ "colours", "\033[1mme@db1\033[m:~$ env\r\n\033[31mA\033[m=1\r\n\033[1mme@db1\033[m:~$ ls\r\na\r\n",
	    "\033[1mme@db1\033[m:~$ env\r\n\033[31m*\033[m**\r\n\033[1mme@db1\033[m:~$ ls\r\na\r\n" },
	{ "a program's own prompt", "orders=> \\! env\r\nA=1\r\norders=> select 1;\r\n1\r\n", "orders=> \\! env\r\n***\r\norders=> select 1;\r\n1\r\n" },
	{ "a short prompt", "$ env\r\nA=1\r\n$ ls\r\na\r\n", "$ env\r\n***\r\n$ ls\r\na\r\n" },
	{ "an arrow", "\342\236\234  src git:(main) env\r\nA=1\r\n\342\236\234  src git:(main) ls\r\na\r\n",
	    "\342\236\234  src git:(main) env\r\n***\r\n\342\236\234  src git:(main) ls\r\na\r\n" },
	{ "a cleared screen", "me@db1:~$ env\r\n\033[2J\033[HA=1\r\nme@db1:~$ ls\r\na\r\n", "me@db1:~$ env\r\n\033[2J\033[H***\r\nme@db1:~$ ls\r\na\r\n" },
	{ "another screen", "me@db1:~$ env\r\n\033[?1049h\033[5;5HA=1\033[?1049lme@db1:~$ ls\r\na\r\n",
	    "me@db1:~$ env\r\n\033[?1049h\033[5;5H***\033[?1049lme@db1:~$ ls\r\na\r\n" },
	{ "nothing behind it", "me@db1:~$ env\r\nA=1\r\nB=2", "me@db1:~$ env\r\n***\r\n***" },
	{ "corrected", "me@db1:~$ enx\b\033[Kv\r\nA=1\r\nme@db1:~$ ", "me@db1:~$ enx\b\033[Kv\r\n***\r\nme@db1:~$ " },
	{ "characters of several bytes", "me@db1:~$ env\r\nA=\303\245\346\227\245\r\nme@db1:~$ ", "me@db1:~$ env\r\n***\357\274\212\r\nme@db1:~$ " },
	{ "marks", "\033]133;A\007> \033]133;B\007env\r\n\033]133;C\007A=1\r\n> x\r\n\033]133;D;0\007\033]133;A\007> \033]133;B\007ls\r\na\r\n",
	    "\033]133;A\007> \033]133;B\007env\r\n\033]133;C\007***\r\n* *\r\n\033]133;D;0\007\033]133;A\007> \033]133;B\007ls\r\na\r\n" },
};
/* clang-format on */

static char *
masked(const char *text, size_t piece, struct mask_counts *counts)
{
	AUTO_BUF struct buf out;
	struct mask_params params = { .cols = 80, .rows = 24, .record = put, .user = &out };
	struct mask_stream *stream = mask_stream_new(match, &params);
	size_t count = strlen(text);

	buf_init(&out, MOST);
	for (size_t i = 0; i < count; i += piece)
		mask_stream_write(stream, text + i, count - i < piece ? count - i : piece, 1000);
	mask_stream_flush(stream, 1000);
	mask_stream_counts(stream, counts);
	mask_stream_free(stream);
	return buf_text(&out);
}

static void
output_is_covered_up_to_the_next_prompt(void **state)
{
	struct mask_counts counts;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t piece = 1; piece <= strlen(rows[i].in) + 1; piece++) {
			AUTO_FREE char *out = masked(rows[i].in, piece, &counts);

			if (strcmp(out, rows[i].out) != 0 || counts.late != 0)
				fail_msg("%s in pieces of %zu: '%s', %d late", rows[i].what, piece, out, (int)counts.late);
		}
	}
}

static void
output_without_an_end_stays_covered_and_is_told(void **state)
{
	AUTO_BUF struct buf in;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *out = NULL;
	struct mask_counts counts;

	(void)state;
	buf_init(&in, MOST);
	assert_int_equal(buf_add_text(&in, "me@db1:~$ env\r\n"), 0);
	for (int i = 0; i < 40000; i++)
		assert_int_equal(buf_addf(&in, "SECRET_NUMBER=%d or another\r\n", i), 0);
	text = buf_text(&in);
	out = masked(text, 4096, &counts);
	assert_null(strpbrk(out + strlen("me@db1:~$ env"), "SECRTabcdefo0123456789"));
	assert_int_equal(counts.endless, 1);
	assert_int_equal(counts.hits, 40000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_found_behind_what_starts_them),
		cmocka_unit_test(a_prompt_ends_with_a_sign_and_a_blank),
		cmocka_unit_test(output_is_covered_up_to_the_next_prompt),
		cmocka_unit_test(output_without_an_end_stays_covered_and_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
