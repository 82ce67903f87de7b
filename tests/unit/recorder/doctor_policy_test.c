/* SPDX-License-Identifier: ISC */
/* postern doctor: a policy whose people are not there, and kernels that lack something. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "recorder/doctor/doctor.h"
#include "recorder/doctor/kernel_facts.h"
#include "recorder/policy/policy.h"

#define KEY1	"age17k7funy008hk5u7sk0rgh922j9upfg4qlqqx8c52uqktkxtzrduq3cd4sl"
#define KEY2	"age1w4xm386kkp66r3r5epzujwlmujlaqlhkrc5vewhvxpg9tgfxyd6q4qywlf"
#define PEOPLE	"people:\n  - {person: anna, accounts: [nobody-anna], groups: [dba]}\n  - {person: bert, accounts: [nobody-bert]}\n" \
		"auditors: [bert]\nadmins: [bert]\n"

static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

static struct policy *
policy_of(const char *roles, const char *auditors)
{
	AUTO_FREE char *text = NULL;
	AUTO_BUF struct buf errors = { .max = 65536 };
	struct policy *policy = NULL;
	struct policy_file file[2] = { { lent("policy.yaml"), NULL, 0 }, { lent("auditors"), lent(auditors), strlen(auditors) } };
	struct policy_files files = { file, 2 };

	assert_true(asprintf(&text, PEOPLE "roles:\n%s", roles) > 0);
	file[0].text = text;
	file[0].count = strlen(text);
	if (policy_parse(&files, &policy, &errors) < 0)
		fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	return policy;
}

/* A kernel that has everything. */
static const struct kernel_facts whole = { .abi = 7, .has_notify = true, .has_user_spaces = true, .has_pidfd = true, .has_boottime = true,
	.has_trace = true, .has_btf = true, .has_bpf = true, .cgroup = "/sys/fs/cgroup", .has_pids = true, .has_kill = true, .has_freeze = true };

static void
expect(const struct doctor *d, const char *of, const char *what, const char *fix, bool is_advice)
{
	for (size_t i = 0; i < d->count; i++)
		if (strstr(d->findings[i].what, what) != NULL && strstr(d->findings[i].fix, fix) != NULL && d->findings[i].is_advice == is_advice)
			return;
	fail_msg("%s: nothing says `%s` with `%s`; %zu findings, the first: %s", of, what, fix, d->count, d->count > 0 ? d->findings[0].what : "none");
}

static void
a_policy_whose_people_are_there_has_nothing_to_find(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, may: {shell: yes}, approve: {by: [group:dba]}}\n", KEY1 "\n" KEY2 "\n");
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_people(&d, policy);
	doctor_kernel(&d, policy, &whole);
	if (d.count > 0)
		fail_msg("%s", d.findings[0].what);
}

static void
each_way_in_which_nobody_could_decide_is_found(void **state)
{
	static const struct {
		const char	*role, *what, *fix;
		bool		 is_advice;
	} rows[] = {
		{ "who: [bert], approve: {by: [group:no-such-group-here]}", "these roles name the group 'no-such-group-here'", "groupadd no-such-group-here", false },
		{ "who: [bert], approve: {by: [group:no-such-group-here]}", "nobody who could decide about these roles exists", "usermod --append --groups", false },
		{ "who: [group:no-such-group-here], approve: {by: [anna]}", "these roles name the group", "groupadd", false },
		{ "who: [bert], approve: {by: [group:dba, group:no-such-group-here], need: 2}", "fewer persons exist than it takes", "need: 1", false },
		{ "who: [bert], approve: {each: [group:dba, anna]}", "fewer persons exist than it takes", "need: 1", false },
		{ "who: ['command:/no/such/program x'], approve: {by: [anna]}", "these roles ask /no/such/program, which cannot be run", "put the program there", false },
		{ "who: [anna, bert], approve: {by: [group:dba]}", "anna may ask for these roles, but too few others", "nobody decides their own request", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_FREE char *role = NULL;
		AUTO_POLICY struct policy *policy = NULL;
		AUTO_DOCTOR struct doctor d = { 0 };

		assert_true(asprintf(&role, "  - {role: one, as: ops, %s}\n", rows[i].role) > 0);
		policy = policy_of(role, KEY1 "\n" KEY2 "\n");
		doctor_people(&d, policy);
		expect(&d, rows[i].role, rows[i].what, rows[i].fix, rows[i].is_advice);
	}
}

static void
signed_roles_whose_deciders_have_no_key_are_found(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, approve: {by: [anna]}}\n", KEY1 "\n" KEY2 "\n");
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	policy->roles[0]->approve.is_signed = true;
	doctor_people(&d, policy);
	expect(&d, "signed", "these roles take signed decisions only, and too few", "principal: NAME", false);
}

#define LAYERED	"  - {role: one, who: [bert], as: ops, may: {shell: yes}, approve: {by: [group:dba]}}\n" \
	"classes:\n  - {class: payments, recording: 1y, open: {keys: 2, by: [group:dba]}}\n"

static void
just_as_many_persons_with_keys_as_it_takes_is_told(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of(LAYERED, KEY1 " # anna\n" KEY2 " # bert, offline\n");
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_people(&d, policy);
	expect(&d, "two of two", "just as many persons have a key as it takes", "# PERSON", false);
}

static void
one_auditors_key_is_not_enough(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, approve: {by: [anna]}}\n", KEY1 "\n");
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_people(&d, policy);
	assert_int_equal(d.count, 1);
	expect(&d, "one key", "one key alone opens the recordings", "second line into the file auditors", false);
}

static void
whatever_a_kernel_lacks_has_its_sentence(void **state)
{
	static const struct {
		size_t			 fact;	/* that is taken away from a whole one */
		const char		*what, *fix;
		bool			 is_advice;
	} rows[] = {
		{ .fact = offsetof(struct kernel_facts, has_notify), .what = "seccomp has no user notification", .fix = "trail: off" },
		{ .fact = offsetof(struct kernel_facts, has_boottime), .what = "no timer on CLOCK_BOOTTIME", .fix = "CONFIG_TIMERFD" },
		{ .fact = offsetof(struct kernel_facts, has_pidfd), .what = "no pidfd", .fix = "a kernel from 5.3" },
		{ .fact = offsetof(struct kernel_facts, has_user_spaces), .what = "user namespaces are switched off", .fix = "max_user_namespaces", .is_advice = true },
		{ .fact = offsetof(struct kernel_facts, has_btf), .what = "no eBPF with the kernel's types", .fix = "CONFIG_DEBUG_INFO_BTF", .is_advice = true },
		{ .fact = offsetof(struct kernel_facts, has_bpf), .what = "no eBPF with the kernel's types", .fix = "from 5.8", .is_advice = true },
		{ .fact = offsetof(struct kernel_facts, has_kill), .what = "below /sys/fs/cgroup cgroups have no cgroup.kill", .fix = "5.14", .is_advice = true },
		{ .fact = offsetof(struct kernel_facts, has_freeze), .what = "no cgroup.freeze", .fix = "5.2", .is_advice = true },
		{ .fact = offsetof(struct kernel_facts, has_pids), .what = "no `pids`", .fix = "unified_cgroup_hierarchy", .is_advice = true },
	};
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, may: {shell: yes}, exact: yes, ending: {freeze: 1m}, approve: {by: [anna]}}\n",
	    KEY1 "\n");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_DOCTOR struct doctor d = { 0 };
		struct kernel_facts facts = whole;

		*(bool *)((char *)&facts + rows[i].fact) = false;
		doctor_kernel(&d, policy, &facts);
		assert_int_equal(d.count, 1);
		expect(&d, rows[i].what, rows[i].what, rows[i].fix, rows[i].is_advice);
	}
}

static void
a_role_without_its_second_witness_is_found(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, may: {shell: yes}, exact: yes, approve: {by: [anna]}}\n"
	    "  - {role: two, who: [bert], as: ops, may: {shell: yes}, require: [exact], exact: yes, approve: {by: [anna]}}\n", KEY1 "\n");
	AUTO_DOCTOR struct doctor none = { 0 };
	AUTO_DOCTOR struct doctor other = { 0 };
	struct kernel_facts facts = whole;

	(void)state;
	facts.has_trace = false;
	doctor_kernel(&other, policy, &facts);
	assert_int_equal(other.count, 0);
	facts.has_bpf = false;
	doctor_kernel(&none, policy, &facts);
	assert_int_equal(none.count, 2);
	expect(&none, "one", "so the arguments in these roles' trails have no second witness", "ptrace_scope", false);
	expect(&none, "two", "so these roles, which require `exact`, are refused", "ptrace_scope", false);
}

static void
each_older_landlock_says_what_is_done_otherwise(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, may: {shell: yes}, approve: {by: [anna]}}\n", KEY1 "\n");
	struct kernel_facts facts = whole;

	(void)state;
	for (facts.abi = 6; facts.abi > 0; facts.abi--) {
		AUTO_DOCTOR struct doctor d = { 0 };
		char words[64];

		doctor_kernel(&d, policy, &facts);
		assert_int_equal(d.count, 6 - facts.abi);
		for (uint32_t abi = facts.abi + 1; abi <= 6; abi++) {
			snprintf(words, sizeof words, "without Landlock %u ", abi);
			expect(&d, "landlock", words, "a kernel from", true);
		}
	}
}

static void
without_landlock_or_cgroups_it_is_more_than_advice(void **state)
{
	AUTO_POLICY struct policy *policy = policy_of("  - {role: one, who: [bert], as: ops, may: {shell: yes}, ending: {freeze: 1m}, approve: {by: [anna]}}\n",
	    KEY1 "\n");
	AUTO_DOCTOR struct doctor d = { 0 };
	struct kernel_facts facts = whole;

	(void)state;
	facts.abi = 0;
	facts.cgroup[0] = '\0';
	doctor_kernel(&d, policy, &facts);
	expect(&d, "landlock", "this kernel has no Landlock, so sessions of these roles are refused", "lsm=", false);
	expect(&d, "cgroup", "cgroup v2 is mounted nowhere", "mount -t cgroup2", false);
	expect(&d, "freeze", "without cgroup v2 no session stands still", "mount -t cgroup2", false);
}

static void
a_clock_that_nobody_keeps_right_is_worth_a_word(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	AUTO_DOCTOR struct doctor none = { 0 };
	const struct timex right = { .maxerror = 5000 }, lost = { .status = STA_UNSYNC, .maxerror = 16000000 }, vague = { .maxerror = 2000000 };

	(void)state;
	doctor_clock(&none, TIME_OK, &right);
	assert_int_equal(none.count + none.skipped_count, 0);
	doctor_clock(&none, -1, &right);
	assert_int_equal(none.skipped_count, 1);
	doctor_clock(&d, TIME_ERROR, &lost);
	doctor_clock(&d, TIME_OK, &vague);
	assert_int_equal(d.count, 2);
	expect(&d, "unsynchronised", "nobody keeps the wall clock right", "timedatectl set-ntp true", true);
	expect(&d, "vague", "may be wrong by more than a second", "chronyc tracking", true);
}

static void
this_kernel_can_be_looked_at(void **state)
{
	struct kernel_facts facts;

	(void)state;
	kernel_facts_look(&facts);
	assert_true(facts.has_boottime);
	assert_true(facts.has_pidfd);
}

static void
sftp_that_leads_elsewhere_is_found_where_a_role_copies_files(void **state)
{
	static const struct {
		const char	*text;
		size_t		 count;
	} rows[] = {
		{ "subsystem sftp /usr/bin/postern sftp\n", 0 },
		{ "subsystem sftp /usr/lib/openssh/sftp-server\n", 0 },
		{ "subsystem netconf /usr/bin/netconf\n", 1 },
		{ "subsystem sftp /usr/local/bin/other\n", 1 },
		{ "port 22\n", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_DOCTOR struct doctor d = { 0 };

		doctor_sshd_sftp(&d, "anna", rows[i].text, "/usr/bin/postern");
		assert_int_equal(d.count, rows[i].count);
		if (d.count > 0)
			assert_string_equal(d.findings[0].fix, "Subsystem sftp /usr/bin/postern sftp");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_whose_people_are_there_has_nothing_to_find),
		cmocka_unit_test(each_way_in_which_nobody_could_decide_is_found),
		cmocka_unit_test(signed_roles_whose_deciders_have_no_key_are_found),
		cmocka_unit_test(just_as_many_persons_with_keys_as_it_takes_is_told),
		cmocka_unit_test(one_auditors_key_is_not_enough),
		cmocka_unit_test(whatever_a_kernel_lacks_has_its_sentence),
		cmocka_unit_test(a_role_without_its_second_witness_is_found),
		cmocka_unit_test(each_older_landlock_says_what_is_done_otherwise),
		cmocka_unit_test(without_landlock_or_cgroups_it_is_more_than_advice),
		cmocka_unit_test(a_clock_that_nobody_keeps_right_is_worth_a_word),
		cmocka_unit_test(this_kernel_can_be_looked_at),
		cmocka_unit_test(sftp_that_leads_elsewhere_is_found_where_a_role_copies_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
