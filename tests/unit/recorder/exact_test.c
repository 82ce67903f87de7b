/* SPDX-License-Identifier: ISC */
/* Claims beside what the kernel took: what is the same, and what the worker is told. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recorder/trail/exact.h"
#include "recorder/trail/tracer.h"

/* Arguments are written with '|' behind each, as the end of a text cannot be written. */
static struct exact_texts
texts(const char *name, const char *args, char bytes[TRACER_ARG_BYTES + 8])
{
	struct exact_texts all = { .name = name, .args = bytes, .args_bytes = strlen(args) };

	for (size_t i = 0; i < all.args_bytes; i++) {
		bytes[i] = args[i] == '|' ? '\0' : args[i];
		all.argc += args[i] == '|';
	}
	return all;
}

static bool
matches(const char *claimed_name, const char *claimed_args, const char *exact_name, const char *exact_args)
{
	char here[TRACER_ARG_BYTES + 8], there[TRACER_ARG_BYTES + 8];
	const struct exact_texts claimed = texts(claimed_name, claimed_args, here);
	const struct exact_texts exact = texts(exact_name, exact_args, there);

	return exact_matches(&claimed, &exact);
}

static void
the_same_name_and_words_match(void **state)
{
	(void)state;
	assert_true(matches("/bin/true", "true|a b||", "/bin/true", "true|a b||"));
	assert_true(matches("true", "|", "true", "|"));
	assert_false(matches("/bin/true", "true|a|", "/bin/false", "true|a|"));
	assert_false(matches("/bin/true", "true|a|", "/bin/true", "true|b|"));
	assert_false(matches("/bin/true", "true|a|", "/bin/true", "true|a|b|"));
	assert_false(matches("/bin/true", "true|a|b|", "/bin/true", "true|a|"));
	assert_false(matches("/bin/true", "true|a b|", "/bin/true", "true|a|b|"));
	assert_false(matches("/bin/true", "true|a||", "/bin/true", "true|a|"));
	assert_false(matches("/bin/true", "true|a|", "/bin/true", ""));
	assert_false(matches("/bin/true", "true|abc|", "/bin/true", "true|ab|"));
	assert_false(matches("/bin/true", "true|ab|", "/bin/true", "true|abc|"));
}

static void
a_script_has_its_interpreter_in_front(void **state)
{
	(void)state;
	assert_true(matches("./run", "run|a|b|", "./run", "/bin/sh|./run|a|b|"));
	assert_true(matches("./run", "anything|a|", "./run", "/bin/sh|-e x|./run|a|"));
	assert_true(matches("./run", "run|", "./run", "/usr/bin/env|-S|awk|-f|./run|"));
	assert_false(matches("./run", "run|a|b|", "./run", "/bin/sh|./run|a|c|"));
	assert_false(matches("./run", "run|a|", "./run", "/bin/sh|./other|a|"));
	assert_false(matches("./run", "run|a|", "./run", "./run|x|a|"));
	assert_false(matches("./run", "run|a|", "./run", "/bin/sh|./run|"));
}

static void
nobody_starts_without_a_name_of_its_own(void **state)
{
	(void)state;
	assert_true(matches("/bin/true", "", "/bin/true", "|"));
	assert_false(matches("/bin/true", "", "/bin/true", "x|"));
}

/* Claimed arguments are cut by their number, exact ones by their bytes. */
static void
what_was_cut_is_compared_as_far_as_it_goes(void **state)
{
	char here[TRACER_ARG_BYTES + 8], there[TRACER_ARG_BYTES + 8];
	struct exact_texts claimed = texts("x", "x|a|b|", here), exact = texts("x", "x|a|b|c|", there);

	(void)state;
	assert_false(exact_matches(&claimed, &exact));
	claimed.argc = 4;	/* there was one more */
	assert_true(exact_matches(&claimed, &exact));
	claimed = texts("x", "x|a|b|c|", here);
	exact = texts("x", "x|a|", there);
	assert_false(exact_matches(&claimed, &exact));
	exact.is_cut = true;
	assert_true(exact_matches(&claimed, &exact));
	exact = texts("x", "x|z|", there);
	exact.is_cut = true;
	assert_false(exact_matches(&claimed, &exact));
}

static void
a_word_that_is_longer_than_any_kept_is_compared_as_far(void **state)
{
	char word[TRACER_ARG_MOST + 8], longer[TRACER_ARG_MOST + 8];

	(void)state;
	memset(word, 'w', sizeof word);
	memcpy(word, "x|", 2);
	memcpy(longer, word, sizeof word);
	memcpy(word + 2 + TRACER_ARG_MOST - 1, "|", 2);
	memcpy(longer + sizeof longer - 2, "|", 2);
	assert_true(matches("x", word, "x", longer));
	longer[100] = 'v';
	assert_false(matches("x", word, "x", longer));
	memcpy(word + 2 + TRACER_ARG_MOST - 2, "|", 2);	/* one less: it is whole */
	longer[100] = 'w';
	assert_false(matches("x", word, "x", longer));
}

static void
arguments_of_a_stack_are_counted_and_ended(void **state)
{
	char bytes[] = { 'a', 0, 'b', 'c', 0 }, open[] = { 'a', 0, 'b', 'c' };
	struct exact_texts exact = { .args = bytes, .args_bytes = sizeof bytes };

	(void)state;
	exact_end_args(&exact, bytes);
	assert_int_equal(exact.argc, 2);
	assert_false(exact.is_cut);
	exact = (struct exact_texts){ .args = open, .args_bytes = sizeof open };
	exact_end_args(&exact, open);
	assert_int_equal(exact.argc, 2);
	assert_true(exact.is_cut);
	assert_string_equal(open + 2, "b");
	exact = (struct exact_texts){ .args = open, .args_bytes = 0 };
	exact_end_args(&exact, open);
	assert_int_equal(exact.argc, 0);
}

static void
a_name_is_written_as_the_kernel_does(void **state)
{
	char name[64];

	(void)state;
	exact_name(AT_FDCWD, "run", name, sizeof name);
	assert_string_equal(name, "run");
	exact_name(7, "/bin/true", name, sizeof name);
	assert_string_equal(name, "/bin/true");
	exact_name(7, "", name, sizeof name);
	assert_string_equal(name, "/dev/fd/7");
	exact_name(7, "sub/run", name, sizeof name);
	assert_string_equal(name, "/dev/fd/7/sub/run");
}

/* ---- claims; the worker is here */

static struct rec_exec told;
static char told_path[64];
static int told_count;

void
tracer_tell_exec(struct tracer *t, const struct rec_exec *exec)
{
	(void)t;
	told = *exec;
	told_count++;
	snprintf(told_path, sizeof told_path, "%s", exec->path != NULL ? exec->path : "-");
}

static void
claim(struct tracer *t, uint32_t pid, const char *name, const char *args)
{
	char bytes[TRACER_ARG_BYTES + 8];
	const struct exact_texts claimed = texts(name, args, bytes);

	exact_claim(t, pid, &claimed);
	memset(bytes, 'x', sizeof bytes);	/* it keeps its own copy */
}

static bool
heard_as_claimed(struct tracer *t, uint32_t pid, const char *name, const char *args)
{
	char bytes[TRACER_ARG_BYTES + 8];
	const struct exact_texts exact = texts(name, args, bytes);
	int before = told_count;

	exact_heard(t, pid, 1, &exact);
	assert_int_equal(told_count, before + 1);
	assert_int_equal(told.what, TRAIL_EXACT);
	assert_int_equal(told.pid, pid);
	assert_int_equal(told.argc, exact.argc);
	if (told.flags & TRAIL_MISMATCH)
		assert_string_equal(told_path, name);
	else
		assert_string_equal(told_path, "-");
	return (told.flags & TRAIL_MISMATCH) == 0;
}

/* Of a path search all but the last claim fail; one exec uses up all that its process had claimed. */
static void
an_exec_is_compared_with_all_claims_since_the_last_one(void **state)
{
	struct tracer t = { .stops = -1 };

	(void)state;
	claim(&t, 5, "/sbin/true", "true|");
	claim(&t, 5, "/bin/true", "true|");
	claim(&t, 6, "/bin/false", "false|");
	assert_true(heard_as_claimed(&t, 5, "/bin/true", "true|"));
	assert_int_equal(t.claim_count, 1);
	assert_false(heard_as_claimed(&t, 5, "/bin/true", "true|"));
	assert_false(heard_as_claimed(&t, 7, "/bin/false", "false|"));
	assert_true(heard_as_claimed(&t, 6, "/bin/false", "false|"));
	assert_int_equal(t.claim_count, 0);
	assert_null(t.claims);
}

static void
a_process_that_has_ended_has_no_claims(void **state)
{
	struct tracer t = { .stops = -1 };

	(void)state;
	claim(&t, 5, "/bin/true", "true|");
	claim(&t, 6, "/bin/true", "true|");
	exact_forget(&t, 5);
	assert_false(heard_as_claimed(&t, 5, "/bin/true", "true|"));
	assert_true(heard_as_claimed(&t, 6, "/bin/true", "true|"));
	exact_forget(&t, 6);
	assert_int_equal(t.claim_count, 0);
}

static void
claims_are_bounded_and_the_oldest_go_first(void **state)
{
	struct tracer t = { .stops = -1 };

	(void)state;
	for (uint32_t pid = 2; pid < 4200; pid++)
		claim(&t, pid, "/bin/true", "true|");
	assert_int_equal(t.claim_count, 4096);
	assert_false(heard_as_claimed(&t, 2, "/bin/true", "true|"));
	assert_true(heard_as_claimed(&t, 4199, "/bin/true", "true|"));
	assert_true(heard_as_claimed(&t, 110, "/bin/true", "true|"));
	for (uint32_t pid = 2; pid < 4200; pid++)
		exact_forget(&t, pid);
	assert_int_equal(t.claim_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_name_and_words_match),
		cmocka_unit_test(a_script_has_its_interpreter_in_front),
		cmocka_unit_test(nobody_starts_without_a_name_of_its_own),
		cmocka_unit_test(what_was_cut_is_compared_as_far_as_it_goes),
		cmocka_unit_test(a_word_that_is_longer_than_any_kept_is_compared_as_far),
		cmocka_unit_test(arguments_of_a_stack_are_counted_and_ended),
		cmocka_unit_test(a_name_is_written_as_the_kernel_does),
		cmocka_unit_test(an_exec_is_compared_with_all_claims_since_the_last_one),
		cmocka_unit_test(a_process_that_has_ended_has_no_claims),
		cmocka_unit_test(claims_are_bounded_and_the_oldest_go_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
