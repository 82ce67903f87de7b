/* SPDX-License-Identifier: ISC */
/* postern policy: exit statuses and sentences. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "lib/base/cli.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/client/cmd_policy.h"
#include "recorder/policy/policy.h"

static const struct cli_verb verbs[] = {
	{ "policy", CMD_POLICY_ARGS, CMD_POLICY_HELP, cmd_policy_options, cmd_policy, 1, 3 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

struct fixture {
	char	root[64], etc[80], file[96], out[96];
};

static int
setup(void **state)
{
	struct fixture *f = own_alloc(sizeof *f);

	snprintf(f->root, sizeof f->root, "/tmp/cmd-policy-test-XXXXXX");
	if (mkdtemp(f->root) == NULL)
		return -1;
	snprintf(f->etc, sizeof f->etc, "%s/etc", f->root);
	snprintf(f->file, sizeof f->file, "%s/policy.yaml", f->etc);
	snprintf(f->out, sizeof f->out, "%s/out", f->root);
	*state = f;
	return mkdir(f->etc, 0755) < 0 ? -1 : fdio_replace(f->file, 0644, policy_sample, strlen(policy_sample));
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->file);
	unlink(f->out);
	rmdir(f->etc);
	rmdir(f->root);
	free(f);
	return 0;
}

/* Runs "postern policy --root ROOT a b c" with standard output in a file; *said is what it printed. */
static int
run(const struct fixture *f, const char *const words[4], char **said)
{
	const char *args[9] = { "postern", "policy", "--root", f->root };
	int kept = dup(STDOUT_FILENO);
	size_t count;
	int status;
	int n = 4;

	for (int i = 0; i < 4 && words[i] != NULL; i++)
		args[n++] = words[i];
	fflush(stdout);
	assert_non_null(freopen(f->out, "w", stdout));
	status = cli_main("postern", "", verbs, n, (char **)(uintptr_t)args, NULL);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	free(*said);
	assert_int_equal(fdio_slurp_path(f->out, 65536, said, &count), 0);
	return status;
}

static void
check_tells_a_good_policy_from_a_bad_one(void **state)
{
	const struct fixture *f = *state;
	AUTO_FREE char *said = NULL;

	assert_int_equal(run(f, (const char *const[4]){ "check" }, &said), STATUS_OK);
	assert_memory_equal(said, "The policy is valid: 2 roles, 4 persons, SHA-256 ", 49);
	assert_int_equal(run(f, (const char *const[4]){ "check", f->etc }, &said), STATUS_OK);
	assert_int_equal(run(f, (const char *const[4]){ "check", "/nowhere" }, &said), STATUS_FAILED);
	assert_int_equal(fdio_replace(f->file, 0644, "roles: 1\n", 9), 0);
	assert_int_equal(run(f, (const char *const[4]){ "check" }, &said), STATUS_FAILED);
	assert_string_equal(said, "");
}

/* Whoever may read a program and run a loader may run the program. */
static void
check_refuses_programs_in_what_is_only_read(void **state)
{
	static const char policy[] =
	    "people: [{person: anna, accounts: [anna]}, {person: bert, accounts: [bert]}]\n"
	    "roles:\n"
	    "  - {role: r, who: [anna], as: nobody, approve: {by: [bert]}, %s}\n";
	static const struct {
		const char *rights;
		int status;
	} rows[] = {
		{ "may: {read: [/usr/bin]}", STATUS_FAILED },
		{ "may: {read: [/bin/sh]}", STATUS_FAILED },
		{ "may: {read: [/bin/sh], exec: [/bin/sh]}", STATUS_OK },
		{ "may: {read: [/usr/bin], exec: [/usr/bin]}", STATUS_OK },
		{ "may: {read: [/usr/bin], shell: yes}", STATUS_OK },
		{ "may: {read: [/usr/bin]}, loose: yes", STATUS_OK },
		{ "may: {read: [/etc, /does/not/exist, ~/.pgpass]}", STATUS_OK },
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_FREE char *text = NULL;
		AUTO_FREE char *said = NULL;

		assert_true(asprintf(&text, policy, rows[i].rights) > 0);
		assert_int_equal(fdio_replace(f->file, 0644, text, strlen(text)), 0);
		if (run(f, (const char *const[4]){ "check" }, &said) != rows[i].status)
			fail_msg("%s", rows[i].rights);
	}
}

static void
test_answers_in_a_sentence_and_with_its_status(void **state)
{
	const struct fixture *f = *state;
	AUTO_FREE char *said = NULL;

	assert_int_equal(run(f, (const char *const[4]){ "test", "engineer", "shell2" }, &said), STATUS_OK);
	assert_memory_equal(said, "engineer may ask for shell2 at ", 31);
	assert_non_null(strstr(said, "  decides     2 of approver, approver2\n"));
	assert_int_equal(run(f, (const char *const[4]){ "test", "auditor", "shell" }, &said), STATUS_DENIED);
	assert_non_null(strstr(said, "'auditor' is not among those who may ask for 'shell'.\n"));
	assert_int_equal(run(f, (const char *const[4]){ "test", "nobody-at-all", "shell" }, &said), STATUS_NOT_FOUND);
	assert_int_equal(run(f, (const char *const[4]){ "test", "engineer", "nothing" }, &said), STATUS_NOT_FOUND);
	assert_int_equal(run(f, (const char *const[4]){ "test", "engineer" }, &said), STATUS_USAGE);
	assert_int_equal(run(f, (const char *const[4]){ "burn" }, &said), STATUS_USAGE);
}

static void
json_is_one_object_a_line(void **state)
{
	const struct fixture *f = *state;
	AUTO_FREE char *said = NULL;
	json_t *one;

	assert_int_equal(run(f, (const char *const[4]){ "test", "engineer", "shell", "--json" }, &said), STATUS_OK);
	one = json_loads(said, 0, NULL);
	assert_true(json_is_true(json_object_get(one, "may")));
	assert_int_equal(json_integer_value(json_object_get(one, "most_s")), 7200);
	json_decref(one);
	assert_int_equal(run(f, (const char *const[4]){ "show", "--json" }, &said), STATUS_OK);
	said[strcspn(said, "\n")] = '\0';
	one = json_loads(said, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(one, "role")), "shell");
	assert_int_equal(json_array_size(json_object_get(one, "who")), 2);
	json_decref(one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(check_tells_a_good_policy_from_a_bad_one, setup, teardown),
		cmocka_unit_test_setup_teardown(check_refuses_programs_in_what_is_only_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answers_in_a_sentence_and_with_its_status, setup, teardown),
		cmocka_unit_test_setup_teardown(json_is_one_object_a_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
