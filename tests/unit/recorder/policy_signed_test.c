/* SPDX-License-Identifier: ISC */
/* Whether decisions about a role want signatures, as its lines and the keys that there are say. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "recorder/policy/policy.h"

static const char keys[] = "anna@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKmwF5Vb0SCqwJSd2MVQwbiVzRUyDBXzB7hMuqROpYGc\n";

/* `signed`: what `approve` says of it; `more`: further lines of the role. */
static void
check(const char *word, const char *more, const char *roster, const char *wanted)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	struct policy_file file[2];
	struct policy_files files = { file, roster != NULL ? 2 : 1 };

	assert_true(asprintf(&text, "host: b\npeople:\n  - {person: anna, accounts: [anna], principal: anna@example.org}\n"
	    "classes:\n  - {class: standard, recording: 90d}\nroles:\n  - role: shell\n    who: [group:eng]\n    as: ops\n"
	    "    approve: {by: [anna]%s}\n%s", word, more) > 0);
	file[0] = (struct policy_file){ (char[]){ "policy.yaml" }, text, strlen(text) };
	file[1] = (struct policy_file){ (char[]){ "approvers" }, (char *)(uintptr_t)roster, roster != NULL ? strlen(roster) : 0 };
	if (policy_parse(&files, &p, &errors) != 0)
		fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	assert_string_equal(p->roles[0]->approve.is_signed ? "yes" : p->roles[0]->approve.is_login ? "login" : "no", wanted);
}

static void
a_word_in_the_policy_decides(void **state)
{
	(void)state;
	check(", signed: yes", "", keys, "yes");
	check(", signed: true", "", keys, "yes");
	check(", signed: no", "", keys, "no");
	check(", signed: login", "", keys, "login");
	check(", signed: login", "", NULL, "login");
	check(", signed: yes", "    may: {shell: yes}\n", keys, "yes");
}

static void
roles_that_write_want_signatures_where_there_are_keys(void **state)
{
	(void)state;
	check("", "", keys, "yes");
	check("", "", NULL, "login");
	check("", "", "# nobody yet\n", "login");
	check("", "    may: {shell: yes}\n", keys, "login");
	check("", "    may: {shell: yes, write: [/srv]}\n", keys, "yes");
	check("", "    may: {shell: yes}\n    sudo: yes\n", keys, "yes");
	check("", "    may: {shell: yes}\n    files: {upload: yes}\n", keys, "yes");
	check("", "    may: {shell: yes}\n    files: {download: yes}\n", keys, "login");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_in_the_policy_decides),
		cmocka_unit_test(roles_that_write_want_signatures_where_there_are_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
