/* SPDX-License-Identifier: ISC */
/* `open: {keys: N}`: whose keys the file `auditors` must have for it, and what is said where it has not. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/policy/policy.h"

static const char before[] =
    "host: bastion-1\n"
    "people:\n"
    "  - {person: anna, accounts: [anna, anna-adm]}\n"
    "  - {person: bert, accounts: [bert]}\n"
    "auditors: [group:audit]\n"
    "classes:\n"
    "  - {class: standard, recording: 90d, texts: 1y, log: forever}\n";
static const char after[] =
    "roles:\n"
    "  - role: shell\n"
    "    who: [anna]\n"
    "    as: ops\n"
    "    approve: {by: [group:a]}\n"
    "    keep: short\n";

#define Q50 "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define KEY(letters) "age1" letters Q50
#define FOUR KEY("aaaaaaaa") " # anna\n" KEY("aaaaaaal") " # anna, offline\n" KEY("pppppppp") " # bert\n"

static void
a_class_may_take_keys_of_several_persons(void **state)
{
	static const struct {
		const char *open, *auditors, *said;	/* NULL: it is good */
	} cases[] = {
		{ "{keys: 2}", FOUR, NULL },
		{ "{keys: 2, by: [bert], for: 10m}", FOUR, NULL },
		{ "{keys: 1}", FOUR, "8: keys is 2 or 3: of so many persons one must bring a key together to open a recording\n" },
		{ "{keys: 4}", FOUR, "8: keys is 2 or 3: of so many persons one must bring a key together to open a recording\n" },
		{ "{keys: two}", FOUR, "8: keys is 2 or 3: of so many persons one must bring a key together to open a recording\n" },
		{ "{keys: 3}", FOUR, "8: keys of 3 persons are needed, but the file auditors has those of 2 only\n" },
		{ "{keys: 2, need: 1}", FOUR, "8: leave `need` out: with `keys` it is one less, since each who grants brings a key, and the one "
		    "who asks another one\n" },
		{ "{keys: 2}", "", "8: the file auditors has no key\n" },
		{ "{keys: 2}", FOUR KEY("zzzzzzzz") "\n", "8: the file auditors must name a person of the policy behind each key "
		    "(age1... # anna): age1zzzzzzzzqqqq... has none\n" },
		{ "{keys: 2}", FOUR KEY("zzzzzzzz") " # the safe\n", "8: the file auditors must name a person of the policy behind each key "
		    "(age1... # anna): age1zzzzzzzzqqqq... has none\n" },
		{ "{keys: 2}", FOUR KEY("pppppppp") " # anna\n", "8: the key age1ppppppppqqqq... stands twice in the file auditors\n" },
		{ "{keys: 2, by: [bert]}", KEY("aaaaaaaa") " # anna\n", "8: keys of 2 persons are needed, but the file auditors has those of 1 only\n"
		    "policy.yaml:8: 1 of those who grant must have a key in the file auditors, but only 0 have\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO_POLICY struct policy *p = NULL;
		AUTO_FREE char *said = NULL, *text = NULL, *shown = NULL;
		AUTO_BUF struct buf printed = { .max = 65536 }, errors = { .max = 65536 };
		struct policy_file file[] = { { .name = (char[]){ "policy.yaml" } }, { .name = (char[]){ "auditors" } } };
		struct policy_files files = { file, 2 };

		assert_true(asprintf(&text, "%s  - {class: short, recording: 1d, open: %s}\n%s", before, cases[i].open, after) > 0);
		file[0].text = text;
		file[0].count = strlen(text);
		file[1].text = (char *)(uintptr_t)cases[i].auditors;
		file[1].count = strlen(cases[i].auditors);
		if (policy_parse(&files, &p, &errors) != (cases[i].said == NULL ? 0 : ERR_POLICY))
			fail_msg("%s", cases[i].open);
		said = buf_text(&errors);
		if (cases[i].said != NULL) {
			assert_memory_equal(said, "policy.yaml:", 12);
			assert_string_equal(said + 12, cases[i].said);
			continue;
		}
		assert_int_equal(policy_class(p, "short")->keys, 2);
		assert_int_equal(policy_class(p, "standard")->keys, 1);
		assert_int_equal(policy_needs(policy_class(p, "short")->opening), 1);
		assert_string_equal(policy_key_owner(p, KEY("aaaaaaal")), "anna");
		assert_null(policy_key_owner(p, KEY("zzzzzzzz")));
		assert_non_null(strstr(p->warnings, "just as many persons as it takes"));
		assert_int_equal(policy_print(p, &printed), 0);
		shown = buf_text(&printed);
		assert_non_null(strstr(shown, "opened with a reason, the keys of 2 persons and a grant by"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_may_take_keys_of_several_persons),
	};

	return cmocka_run_group_tests_name("policy keys", tests, NULL, NULL);
}
