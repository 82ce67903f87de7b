/* SPDX-License-Identifier: ISC */
/* The questions a policy answers: who may ask, who may decide, when it is enough. */
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
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/policy/policy.h"

#define FRIDAY_NOON	(INT64_C(1795176000) * CLOCK_US)	/* 2026-11-20T12:00:00Z */
#define FRIDAY_NIGHT	(FRIDAY_NOON + 10 * 3600 * CLOCK_US)

static const char text[] =
    "people:\n"
    "  - {person: anna, accounts: [anna, anna-adm], groups: [backend]}\n"
    "  - {person: bert, accounts: [bert]}\n"
    "  - {person: carl, accounts: [carl]}\n"
    "  - {person: dora, accounts: [dora]}\n"
    "auditors: [dora, group:audit]\n"
    "admins: ['command:/usr/bin/oncall admins']\n"
    "roles:\n"
    "  - {role: one, who: [group:backend], as: ops, when: weekdays 07:00-20:00 UTC,\n"
    "     approve: {by: [group:dba, carl]}}\n"
    "  - {role: two, who: [group:backend, 'command:/usr/bin/oncall dba'], as: ops,\n"
    "     approve: {by: [group:dba, carl], need: 2}}\n"
    "  - {role: each, who: [anna], as: ops, approve: {each: [group:dba, group:sec, carl]}}\n"
    "  - {role: auto, who: [group:backend], as: ops, approve: {auto: ['command:/usr/bin/oncall dba']}}\n"
    "  - {role: both, who: [anna, bert], as: ops, approve: {by: [carl], auto: [bert]}}\n";

static int
setup(void **state)
{
	struct policy_file file = { (char *)(uintptr_t)"policy.yaml", (char *)(uintptr_t)text, strlen(text) };
	struct policy_files files = { &file, 1 };
	struct policy *policy = NULL;
	AUTO_BUF struct buf errors;

	buf_init(&errors, 65536);
	if (policy_parse(&files, &policy, &errors) < 0)
		print_error("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	*state = policy;
	return policy == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	policy_free(*state);
	return 0;
}

/* Somebody with at most two entries true of them. */
struct somebody {
	const char		*entries[2];
	struct policy_subject	 subject;
};

static const struct policy_subject *
is(struct somebody *s, const char *person, const char *first, const char *second)
{
	s->entries[0] = first;
	s->entries[1] = second;
	s->subject = (struct policy_subject){ person, s->entries, (first != NULL ? 1u : 0u) + (second != NULL ? 1u : 0u) };
	return &s->subject;
}

static void
only_those_under_who_may_ask(void **state)
{
	const struct policy *p = *state;
	struct somebody s;
	char why[POLICY_WHY];

	assert_int_equal(policy_may_request(p, is(&s, "anna", NULL, NULL), policy_role(p, "one"), FRIDAY_NOON, why), 0);
	assert_int_equal(policy_may_request(p, is(&s, "bert", NULL, NULL), policy_role(p, "one"), FRIDAY_NOON, why), ERR_NO_RIGHT);
	assert_string_equal(why, "'bert' is not among those who may ask for 'one'");
	assert_int_equal(policy_may_request(p, is(&s, "bert", "group:backend", NULL), policy_role(p, "one"), FRIDAY_NOON, why), 0);
	assert_int_equal(policy_may_request(p, is(&s, "bert", "command:/usr/bin/oncall dba", NULL), policy_role(p, "two"),
	    FRIDAY_NOON, why), 0);
	assert_int_equal(policy_may_request(p, is(&s, "bert", "command:/usr/bin/oncall", NULL), policy_role(p, "two"),
	    FRIDAY_NOON, why), ERR_NO_RIGHT);
	/* A person who is called like a group is not in it. */
	assert_int_equal(policy_may_request(p, is(&s, "backend", NULL, NULL), policy_role(p, "one"), FRIDAY_NOON, why), ERR_NO_RIGHT);
}

static void
outside_its_hours_a_role_says_when_it_opens(void **state)
{
	const struct policy *p = *state;
	struct somebody s;
	char why[POLICY_WHY];

	assert_int_equal(policy_may_request(p, is(&s, "anna", NULL, NULL), policy_role(p, "one"), FRIDAY_NIGHT, why), ERR_HOURS);
	assert_non_null(strstr(why, "'one' is open weekdays 07:00-20:00 UTC; next at 2026-11-23 "));
}

static void
nobody_decides_their_own_request(void **state)
{
	const struct policy *p = *state;
	struct somebody s;
	uint32_t bits = 77;

	assert_int_equal(policy_may_decide(p, is(&s, "carl", NULL, NULL), policy_role(p, "one"), "carl", &bits), ERR_OWN_REQUEST);
	assert_int_equal(policy_may_decide(p, is(&s, "anna", "group:dba", NULL), policy_role(p, "one"),
	    policy_person_of(p, "anna-adm"), &bits), ERR_OWN_REQUEST);
	assert_int_equal(bits, 77);
	assert_int_equal(policy_may_decide(p, is(&s, "bert", NULL, NULL), policy_role(p, "one"), "anna", &bits), ERR_NO_RIGHT);
	assert_int_equal(policy_may_decide(p, is(&s, "bert", "group:dba", NULL), policy_role(p, "one"), "anna", &bits), 0);
	assert_int_equal(bits, 1);
	assert_int_equal(policy_may_decide(p, is(&s, "bert", "group:sec", "group:dba"), policy_role(p, "each"), "anna", &bits), 0);
	assert_int_equal(bits, 3);
	/* Where only the policy decides, no person does. */
	assert_int_equal(policy_may_decide(p, is(&s, "carl", "group:dba", NULL), policy_role(p, "auto"), "anna", &bits), ERR_NO_RIGHT);
}

static void
votes_count_persons(void **state)
{
	const struct policy *p = *state;
	const struct policy_vote twice[] = { { "bert", 1 }, { "bert", 1 }, { "carl", 1 } };

	assert_int_equal(policy_needs(policy_role(p, "two")), 2);
	assert_int_equal(policy_missing(policy_role(p, "two"), twice, 0), 2);
	assert_int_equal(policy_missing(policy_role(p, "two"), twice, 1), 1);
	assert_int_equal(policy_missing(policy_role(p, "two"), twice, 2), 1);
	assert_int_equal(policy_missing(policy_role(p, "two"), twice, 3), 0);
	assert_int_equal(policy_missing(policy_role(p, "one"), twice, 1), 0);
}

static void
one_of_each_group_needs_different_persons(void **state)
{
	const struct policy_role *role = policy_role(*state, "each");
	/* dba = 1, sec = 2, carl = 4 */
	const struct policy_vote same[] = { { "bert", 3 }, { "bert", 3 }, { "carl", 4 } };
	const struct policy_vote moved[] = { { "bert", 3 }, { "dora", 1 }, { "carl", 7 } };
	const struct policy_vote crowd[] = { { "bert", 1 }, { "dora", 1 }, { "carl", 1 }, { "emil", 1 } };
	const struct policy_vote none[] = { { "bert", 0 } };

	assert_int_equal(policy_needs(role), 3);
	assert_int_equal(policy_missing(role, same, 3), 1);
	assert_int_equal(policy_missing(role, moved, 2), 1);
	assert_int_equal(policy_missing(role, moved, 3), 0);
	assert_int_equal(policy_missing(role, crowd, 4), 2);
	assert_int_equal(policy_missing(role, none, 1), 3);
}

static void
the_policy_decides_for_those_under_auto_only(void **state)
{
	const struct policy *p = *state;
	struct somebody s;
	char why[POLICY_WHY];

	assert_true(policy_auto(p, is(&s, "anna", "command:/usr/bin/oncall dba", NULL), policy_role(p, "auto"), why));
	assert_string_equal(why, "the policy grants 'auto' to command:/usr/bin/oncall dba");
	assert_false(policy_auto(p, is(&s, "anna", NULL, NULL), policy_role(p, "auto"), why));
	assert_int_equal(policy_may_request(p, is(&s, "anna", NULL, NULL), policy_role(p, "auto"), FRIDAY_NOON, why), ERR_NO_RIGHT);
	assert_non_null(strstr(why, "nobody can decide"));
	assert_int_equal(policy_needs(policy_role(p, "auto")), 0);
	assert_true(policy_auto(p, is(&s, "bert", NULL, NULL), policy_role(p, "both"), why));
	assert_false(policy_auto(p, is(&s, "anna", NULL, NULL), policy_role(p, "both"), why));
	assert_int_equal(policy_may_request(p, is(&s, "anna", NULL, NULL), policy_role(p, "both"), FRIDAY_NOON, why), 0);
}

static void
auditors_and_admins_are_who_the_policy_says(void **state)
{
	const struct policy *p = *state;
	struct somebody s;

	assert_true(policy_is_auditor(p, is(&s, "dora", NULL, NULL)));
	assert_true(policy_is_auditor(p, is(&s, "bert", "group:audit", NULL)));
	assert_false(policy_is_auditor(p, is(&s, "bert", "group:dba", NULL)));
	assert_true(policy_is_admin(p, is(&s, "bert", "command:/usr/bin/oncall admins", NULL)));
	assert_false(policy_is_admin(p, is(&s, "dora", NULL, NULL)));
}

static void
collect(const char *entry, void *user)
{
	struct buf *all = user;

	buf_addf(all, "%s;", entry);
}

static void
each_list_is_named_once(void **state)
{
	AUTO_BUF struct buf all;
	AUTO_FREE char *said = NULL;

	buf_init(&all, 4096);
	policy_commands(*state, collect, &all);
	said = buf_text(&all);
	assert_string_equal(said, "command:/usr/bin/oncall admins;command:/usr/bin/oncall dba;");
}

static void
a_list_may_print_persons_or_accounts(void **state)
{
	const struct policy *p = *state;

	assert_true(policy_means(p, "anna", "anna"));
	assert_true(policy_means(p, "anna", "anna-adm"));
	assert_false(policy_means(p, "bert", "anna-adm"));
	assert_false(policy_means(p, "gil", "gil"));
}

static void
who_decides_is_said_in_words(void **state)
{
	const struct policy *p = *state;
	char said[128];

	assert_string_equal(policy_deciders(policy_role(p, "one"), said, sizeof said), "one of dba, carl");
	assert_string_equal(policy_deciders(policy_role(p, "two"), said, sizeof said), "2 of dba, carl");
	assert_string_equal(policy_deciders(policy_role(p, "each"), said, sizeof said), "one each of dba, sec, carl");
	assert_string_equal(policy_deciders(policy_role(p, "auto"), said, sizeof said), "the policy itself");
	assert_string_equal(policy_deciders(policy_role(p, "both"), said, sizeof said), "carl");
	assert_string_equal(policy_deciders(policy_role(p, "each"), said, 12), "one each of");
}

static void
the_whole_policy_prints(void **state)
{
	AUTO_BUF struct buf out;
	AUTO_FREE char *said = NULL;

	buf_init(&out, 65536);
	assert_int_equal(policy_print(*state, &out), 0);
	said = buf_text(&out);
	assert_non_null(strstr(said, "\nperson anna: accounts anna, anna-adm; groups backend\n"));
	assert_non_null(strstr(said, "  may ask     group backend, the list of /usr/bin/oncall dba\n"));
	assert_non_null(strstr(said, "  for         usually 30 min, at most 30 min; 1 session at once\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_those_under_who_may_ask),
		cmocka_unit_test(outside_its_hours_a_role_says_when_it_opens),
		cmocka_unit_test(nobody_decides_their_own_request),
		cmocka_unit_test(votes_count_persons),
		cmocka_unit_test(one_of_each_group_needs_different_persons),
		cmocka_unit_test(the_policy_decides_for_those_under_auto_only),
		cmocka_unit_test(auditors_and_admins_are_who_the_policy_says),
		cmocka_unit_test(each_list_is_named_once),
		cmocka_unit_test(a_list_may_print_persons_or_accounts),
		cmocka_unit_test(who_decides_is_said_in_words),
		cmocka_unit_test(the_whole_policy_prints),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, setup, teardown);
}
