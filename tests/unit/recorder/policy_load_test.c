/* SPDX-License-Identifier: ISC */
/* Loading a policy: a good one gives its values, each bad one its line and sentence. */
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

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/keeper/rights.h"
#include "recorder/policy/policy.h"
#include "recorder/policy/policy_allows.h"

static const char good[] =
    "host: bastion-1\n"
    "people:\n"
    "  - {person: anna, accounts: [anna, anna-adm], principal: anna@example.org}\n"
    "  - {person: bert, accounts: [bert], groups: [dba]}\n"
    "auditors: [group:audit]\n"
    "admins: [anna]\n"
    "classes:\n"
    "  - {class: standard, recording: 90d, texts: 1y, log: forever}\n"
    "  - {class: short, recording: 1d}\n"
    "requests: {lapse: 2h, unused: 30m}\n"
    "roles:\n"
    "  - role: orders-ro\n"
    "    about: Read-only psql on the orders database\n"
    "    who: [group:backend, 'command:/usr/bin/oncall orders']\n"
    "    as: orders-ro\n"
    "    run: [/usr/bin/psql, -d, orders]\n"
    "    for: {default: 30m, most: 2h, idle: 10m}\n"
    "    when: weekdays 07:00-20:00 UTC\n"
    "    approve: {by: [group:dba, anna], need: 2, auto: [bert]}\n"
    "    may: {exec: [/usr/bin/psql], connect: [5432]}\n"
    "    mask: [secrets]\n"
    "    guard: [sql]\n"
    "    sessions: 3\n"
    "    keep: short\n"
    "  - role: shell\n"
    "    who: [anna]\n"
    "    as: ops\n"
    "    approve: {each: [group:a, group:b]}\n"
    "    env: [PGHOST=db1]\n"
    "    limits: {pids: 64, nice: 5}\n"
    "    sudo: yes\n";

static int
parse(const char *text, struct policy **policy, struct buf *errors)
{
	struct policy_file file = { (char *)(uintptr_t)"policy.yaml", (char *)(uintptr_t)text, strlen(text) };
	struct policy_files files = { &file, 1 };

	return policy_parse(&files, policy, errors);
}

static void
a_good_policy_gives_its_values(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors;
	const struct policy_role *r;

	(void)state;
	buf_init(&errors, 65536);
	if (parse(good, &p, &errors) != 0)
		fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	assert_string_equal(p->host, "bastion-1");
	assert_int_equal(p->lapse_s, 7200);
	assert_int_equal(p->unused_s, 1800);
	assert_int_equal(p->roles_count, 2);
	assert_int_equal(policy_role_index(p, "shell"), 1);
	assert_null(policy_role(p, "nothing"));
	r = policy_role(p, "orders-ro");
	assert_int_equal(r->times.default_s, 1800);
	assert_int_equal(r->times.most_s, 7200);
	assert_int_equal(r->times.idle_s, 600);
	assert_int_equal(r->sessions, 3);
	assert_int_equal(r->start.run_count, 3);
	assert_string_equal(r->start.run[2], "orders");
	assert_string_equal(r->class->name, "short");
	assert_int_equal(r->class->recording_s, 86400);
	assert_int_equal(r->class->texts_s, INT64_C(365) * 86400);
	assert_true(r->class->log_s == POLICY_FOREVER);
	assert_string_equal(r->guard[1], "command");
	assert_string_equal(r->guard[2], "drop-database");
	assert_true(r->may.given);
	assert_string_equal(r->may.exec[0], "/usr/bin/psql");
	assert_int_equal(r->may.connect[0], 5432);
	assert_int_equal(r->may.need, NEED_FS | NEED_TRUNCATE | NEED_TCP);
	assert_int_equal(r->start.limits.pids, 512);
	r = policy_role(p, "shell");
	assert_string_equal(r->about, "");
	assert_string_equal(r->class->name, "standard");
	assert_int_equal(r->times.default_s, 1800);
	assert_int_equal(r->times.most_s, 1800);
	assert_int_equal(r->sessions, 1);
	assert_true(r->start.sudo);
	assert_false(r->start.system);
	assert_int_equal(r->start.limits.pids, 64);
	assert_int_equal(r->start.limits.nice, 5);
	assert_string_equal(r->start.env[0], "PGHOST=db1");
	assert_false(r->may.given);
}

static void
rights_that_are_not_enforced_are_said(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&errors, 65536);
	assert_int_equal(parse(good, &p, &errors), 0);
	assert_null(strstr(p->warnings, "mask"));
	assert_null(strstr(p->warnings, "may"));
}

static char *
replaced(const char *from, const char *to)
{
	const char *at = strstr(good, from);
	char *text;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from)) > 0);
	return text;
}

/* Keys in place of `sudo: yes` of the good policy's shell, and what they mean. */
static void
how_sessions_end_is_read(void **state)
{
	static const struct {
		const char	*keys;
		int64_t		 freeze_s, keep_s;
		const char	*menu_key;
	} cases[] = {
		{ "sudo: yes", 0, 0, "F12" },
		{ "ending: kill\n    on-drop: end", 0, 0, "F12" },
		{ "ending: {freeze: 2m}\n    on-drop: {keep: 15m}\n    menu-key: off", 120, 900, "off" },
		{ "ending:\n      freeze: 90s\n    menu-key: ^]", 90, 0, "^]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO_POLICY struct policy *p = NULL;
		AUTO_BUF struct buf errors;
		AUTO_FREE char *text = replaced("sudo: yes", cases[i].keys);
		const struct policy_ends *ends;

		buf_init(&errors, 65536);
		if (parse(text, &p, &errors) != 0)
			fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
		ends = &policy_role(p, "shell")->ends;
		assert_int_equal(ends->freeze_s, cases[i].freeze_s);
		assert_int_equal(ends->keep_s, cases[i].keep_s);
		assert_string_equal(ends->menu_key, cases[i].menu_key);
		assert_null(strstr(p->warnings, "shell"));
	}
}

static void
who_may_break_the_glass_is_read(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors, words;
	AUTO_FREE char *text = replaced("sudo: yes", "break-glass: {who: [bert, 'group:sre'], for: 10m}");
	AUTO_FREE char *said = NULL;
	const struct policy_role *role;
	const char *const sre[] = { "group:sre" };
	const struct policy_subject anna = { .person = "anna" }, bert = { .person = "bert" };
	const struct policy_subject carl = { .person = "carl", .belongs = sre, .belongs_count = 1 };
	char why[POLICY_WHY];

	(void)state;
	buf_init(&errors, 65536);
	buf_init(&words, 65536);
	if (parse(text, &p, &errors) != 0)
		fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	role = policy_role(p, "shell");
	assert_int_equal(role->glass.time_s, 600);
	assert_int_equal(policy_may_break(p, &bert, role, why), 0);	/* although only anna may ask for it */
	assert_int_equal(policy_may_break(p, &carl, role, why), 0);
	assert_int_equal(policy_may_break(p, &anna, role, why), ERR_NO_RIGHT);
	assert_string_equal(why, "'anna' is not among those who may enter 'shell' without a decision");
	assert_int_equal(policy_may_break(p, &bert, policy_role(p, "orders-ro"), why), ERR_NO_RIGHT);
	assert_int_equal(policy_print_role(role, &words), 0);
	said = buf_text(&words);
	assert_non_null(strstr(said, "break-glass without a decision for 10 min, to be reviewed afterwards: bert, group sre\n"));
}

static void
the_trial_policy_is_valid_and_warns_of_nothing_but_the_key(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&errors, 65536);
	if (parse(policy_sample, &p, &errors) != 0)
		fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	assert_string_equal(p->warnings, "policy.yaml:2: the file auditors has no recipient: nobody could open a recording\n");
	assert_int_equal(policy_needs(policy_role(p, "shell")), 1);
	assert_int_equal(policy_needs(policy_role(p, "shell2")), 2);
}

/* `from` in the good policy becomes `to`; the message must be exactly this. */
static const struct {
	const char *from, *to, *message;
} faults[] = {
	{ "keep: short", "keep: standart", "policy.yaml:24: role 'orders-ro': there is no class 'standart'\n" },
	{ "as: ops\n", "az: ops\n", "policy.yaml:27: there is no key 'az' here\n" },
	{ "    as: ops\n", "", "policy.yaml:25: the key 'as' is missing here\n" },
	{ "as: ops", "as: root", "policy.yaml:27: role 'shell': root is a system account; if that is what you want, add "
	    "`system: yes`\n" },
	{ "as: ops", "as: " POSTERN_GATE_USER, "policy.yaml:27: role 'shell': '" POSTERN_GATE_USER "' is one of Postern's own "
	    "accounts; no role runs as it\n" },
	{ "as: ops", "as: -x", "policy.yaml:27: role 'shell': '-x' is not the name of an account\n" },
	{ "sudo: yes", "sudo: maybe", "policy.yaml:31: 'maybe' is neither yes nor no\n" },
	{ "sudo: yes", "ending: {freeze: 2h}", "policy.yaml:31: role 'shell': at most 1 hour\n" },
	{ "sudo: yes", "ending: later", "policy.yaml:31: role 'shell': write `ending: kill` or `ending: {freeze: 2m}`\n" },
	{ "sudo: yes", "ending: {thaw: 2m}", "policy.yaml:31: role 'shell': write `ending: kill` or `ending: {freeze: 2m}`\n" },
	{ "sudo: yes", "on-drop: keep", "policy.yaml:31: role 'shell': write `on-drop: end` or `on-drop: {keep: 2m}`\n" },
	{ "sudo: yes", "on-drop: {keep: soon}", "policy.yaml:31: role 'shell': 'soon' is not a length of time (write 90s, 30m, 2h "
	    "or 90d)\n" },
	{ "sudo: yes", "menu-key: ^C", "policy.yaml:31: role 'shell': '^C' is no key for this (write F12, ^] or off)\n" },
	{ "sudo: yes", "break-glass: yes", "policy.yaml:31: keys with values are expected here (key: value)\n" },
	{ "sudo: yes", "break-glass: {for: 31m}", "policy.yaml:31: role 'shell': longer than the role can be had at all (30 min)\n" },
	{ "sudo: yes", "break-glass: {who: [anne]}", "policy.yaml:31: role 'shell': there is no person 'anne' (a group is written "
	    "group:anne)\n" },
	{ "{each: [group:a, group:b]}", "{auto: [anna]}\n    break-glass: {for: 5m}", "policy.yaml:29: role 'shell': nobody could "
	    "review it: `approve` names no person who decides (by or each)\n" },
	{ "who: [anna]", "who: anna", "policy.yaml:26: a list is expected here ([a, b])\n" },
	{ "who: [anna]", "who: [anne]", "policy.yaml:26: role 'shell': there is no person 'anne' (a group is written "
	    "group:anne)\n" },
	{ "who: [anna]", "who: ['group:']", "policy.yaml:26: role 'shell': 'group:' is not a person, group:NAME or "
	    "command:/PATH\n" },
	{ "who: [anna]", "who: ['command:oncall']", "policy.yaml:26: role 'shell': 'command:oncall': a command begins with "
	    "the program's whole path, as in command:/usr/bin/oncall dba\n" },
	{ "role: shell", "role: orders-ro", "policy.yaml:25: role 'orders-ro': there are two roles of this name\n" },
	{ "role: shell", "role: -shell", "policy.yaml:25: role '-shell': this is not a name (letters, digits and . _ - @)\n" },
	{ "accounts: [bert]", "accounts: [bert, anna-adm]", "policy.yaml:4: the account 'anna-adm' is already one of 'anna'; "
	    "an account has one person\n" },
	{ "accounts: [anna, anna-adm]", "accounts: [anna, bert]", "policy.yaml:3: the account 'bert' of 'anna' is called like "
	    "another person\npolicy.yaml:4: the account 'bert' is already one of 'anna'; an account has one person\n" },
	{ "person: bert", "person: policy", "policy.yaml:4: 'policy' is what decisions that nobody made are called; no person is named "
	    "so\npolicy.yaml:19: role 'orders-ro': there is no person 'bert' (a group is "
	    "written group:bert)\n" },
	{ "person: bert", "person: anna", "policy.yaml:4: there are two persons 'anna'\npolicy.yaml:19: role 'orders-ro': "
	    "there is no person 'bert' (a group is written group:bert)\n" },
	{ "groups: [dba]", "principal: anna@example.org", "policy.yaml:4: the principal 'anna@example.org' is already that of "
	    "'anna'\n" },
	{ "by: [group:dba, anna], need: 2", "by: [anna], need: 2", "policy.yaml:19: role 'orders-ro': 2 persons are needed, "
	    "but only 1 can decide\n" },
	{ "{each: [group:a, group:b]}", "{}", "policy.yaml:28: role 'shell': it does not say who decides (by, each or auto)\n" },
	{ "{each: [group:a, group:b]}", "{each: [group:a], need: 1}", "policy.yaml:28: role 'shell': `need` goes with `by`\n" },
	{ "{each: [group:a, group:b]}", "{each: [group:a], by: [anna]}", "policy.yaml:28: role 'shell': write either `by` "
	    "(with `need`) or `each`, not both\n" },
	{ "{default: 30m, most: 2h", "{default: 3h, most: 2h", "policy.yaml:17: role 'orders-ro': the usual time (3h) is "
	    "longer than the most (2h)\n" },
	{ "{default: 30m, most: 2h", "{default: 30, most: 2h", "policy.yaml:17: role 'orders-ro': '30' is not a length of "
	    "time (write 90s, 30m, 2h or 90d)\n" },
	{ "{default: 30m, most: 2h", "{default: 0m, most: 2h", "policy.yaml:17: role 'orders-ro': '0m' is no time at all\n" },
	{ "weekdays 07:00-20:00 UTC", "weekdays", "policy.yaml:18: role 'orders-ro': 'weekdays' is not a time (write "
	    "`weekdays 07:00-20:00 Europe/Oslo` or `always`)\n" },
	{ "run: [/usr/bin/psql", "run: [psql", "policy.yaml:16: role 'orders-ro': 'psql' must be the program's whole path "
	    "(it begins with /)\n" },
	{ "PGHOST=db1", "PGHOST", "policy.yaml:29: role 'shell': 'PGHOST' is not NAME=VALUE\n" },
	{ "exec: [/usr/bin/psql]", "exec: [psql]", "policy.yaml:20: role 'orders-ro': 'psql' must be a whole path (it begins "
	    "with / or ~/, without .. or // or a / at its end)\n" },
	{ "exec: [/usr/bin/psql]", "write: [/srv/../etc]", "policy.yaml:20: role 'orders-ro': '/srv/../etc' must be a whole "
	    "path (it begins with / or ~/, without .. or // or a / at its end)\n" },
	{ "exec: [/usr/bin/psql]", "exec: [/]", "policy.yaml:20: role 'orders-ro': '/' is everything; leave `may` out if "
	    "that is meant\n" },
	{ "connect: [5432]", "connect: [0]", "policy.yaml:20: role 'orders-ro': 0 is not a port (1 to 65535)\n" },
	{ "connect: [5432]", "connect: [70000]", "policy.yaml:20: role 'orders-ro': 70000 is not a port (1 to 65535)\n" },
	{ "connect: [5432]", "udp: perhaps", "policy.yaml:20: 'perhaps' is neither yes nor no\n" },
	{ "connect: [5432]", "delete: [/]", "policy.yaml:20: there is no key 'delete' here\n" },
	{ "guard: [sql]", "guard: [sequel]", "policy.yaml:22: role 'orders-ro': there is no set or rule 'sequel' (sql, shell, cluster)\n" },
	{ "guard: [sql]", "trail: off\n    guard: [{use: sql, in: exec}]", "policy.yaml:23: role 'orders-ro': guards on exec are asked by the tracer of the trail, and the role has none; leave out `trail: off`\n" },
	{ "guard: [sql]", "guard: [{use: sql, in: [exec, screen]}]", "policy.yaml:22: role 'orders-ro': `in` is command (the line on the screen), exec (a program with its arguments), or a list of both\n" },
	{ "guard: [sql]", "require: [fs, magic]", "policy.yaml:22: role 'orders-ro': 'magic' cannot be required (fs, truncate, "
	    "tcp, scope, sockets, noexec, exact)\n" },
	{ "sudo: yes", "require: [fs]", "policy.yaml:31: role 'shell': `require` goes with `may`; without that only "
	    "`exact` can be required\n" },
	{ "sudo: yes", "require: [exact, tcp]", "policy.yaml:31: role 'shell': `require` goes with `may`; without that only `exact` can "
	    "be required\n" },
	{ "sudo: yes", "loose: yes", "policy.yaml:31: role 'shell': `loose` goes with `may`\n" },
	{ "nice: 5", "memory: 5T", "policy.yaml:30: role 'shell': '5T' is not a size (write 64K, 512M or 2G)\n" },
	{ "nice: 5", "memory: 1K", "policy.yaml:30: role 'shell': 1K: between 64K and 1024G\n" },
	{ "nice: 5", "files: 3", "policy.yaml:30: role 'shell': between 16 and 1048576 open files\n" },
	{ "nice: 5", "nice: -5", "policy.yaml:30: role 'shell': nice goes from 0 to 19\n" },
	{ "sessions: 3", "sessions: many", "policy.yaml:23: 'many' is not a whole number\n" },
	{ "sessions: 3", "sessions: 65", "policy.yaml:23: role 'orders-ro': at most 64 sessions at once\n" },
	{ "sessions: 3", "sudo: no\n    sudo: yes", "policy.yaml:24: the key 'sudo' stands here twice\n" },
	{ "recording: 1d", "recording: soon", "policy.yaml:9: 'soon' is not a length of time (write 90s, 30m, 2h or 90d)\n" },
	{ "recording: 1d", "recording: forever, log: 1d", "policy.yaml:9: class 'short': the log must not go before the "
	    "recordings it vouches for\n" },
	{ "recording: 1d", "recording: 1d, trail: 2d, log: 1d", "policy.yaml:9: class 'short': the log must not go before the "
	    "trails it vouches for\n" },
	{ "recording: 1d", "recording: 1d, trail: long", "policy.yaml:9: 'long' is not a length of time (write 90s, 30m, 2h or 90d)\n" },
	{ "recording: 1d", "recording: 1d, open: maybe", "policy.yaml:9: write `open: free`, `open: reason` or `open: {by: [group:security], "
	    "for: 1h}`\n" },
	{ "recording: 1d", "recording: 1d, open: {by: [group:security], until: 1h}", "policy.yaml:9: its keys are by, need, for, signed and keys\n" },
	{ "recording: 1d", "recording: 1d, open: {by: [group:security], for: 8d}", "policy.yaml:9: at most 7 days\n" },
	{ "recording: 1d", "recording: 1d, open: {by: [group:security], signed: yes}", "policy.yaml:9: nobody could sign: there is no file "
	    "`approvers` with the keys of those who decide\n" },
	{ "class: short", "class: standard", "policy.yaml:9: there are two classes 'standard'\npolicy.yaml:24: role "
	    "'orders-ro': there is no class 'short'\n" },
	{ "host: bastion-1", "host: [a", "policy.yaml:2: this is not YAML: did not find expected ',' or ']'\n" },
	{ "host: bastion-1", "host: \"a\\eb\"", "policy.yaml:1: this text has a line break or another control character in it\n" },
	{ "host: bastion-1", "host: bastion 1", "policy.yaml:1: 'bastion 1' is not the name of a host\n" },
	{ "sudo: yes\n", "sudo: yes\n---\nhost: x\n", "policy.yaml:33: a second document begins here; one file is one document\n" },
	{ "sudo: yes\n", "about: &a x\n    keep: *a\n", "policy.yaml:32: anchors and aliases (& and *) are not allowed here\n" },
	{ "admins: [anna]", "admins: [anna, gil]", "policy.yaml:6: there is no person 'gil' (a group is written group:gil)\n" },
};

static void
each_fault_is_told_with_its_line(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		AUTO_FREE char *text = replaced(faults[i].from, faults[i].to);
		AUTO_FREE char *said = NULL;
		AUTO_POLICY struct policy *p = NULL;
		AUTO_BUF struct buf errors;
		int r;

		buf_init(&errors, 65536);
		r = parse(text, &p, &errors);
		said = buf_text(&errors);
		if (r == ERR_POLICY && strcmp(said, faults[i].message) == 0)
			continue;
		print_error("%s: %s\n  wanted %s  got    %s", faults[i].to, err_text(r), faults[i].message, said);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
several_faults_are_told_at_once(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors;
	AUTO_FREE char *said = NULL;

	(void)state;
	buf_init(&errors, 65536);
	assert_int_equal(parse("roles:\n- role: a\n  who: [x]\n  as: b\n  approve: {by: [y]}\n  keep: z\n", &p, &errors), ERR_POLICY);
	said = buf_text(&errors);
	assert_non_null(strstr(said, "policy.yaml:3: role 'a': there is no person 'x'"));
	assert_non_null(strstr(said, "policy.yaml:5: role 'a': there is no person 'y'"));
	assert_non_null(strstr(said, "policy.yaml:6: role 'a': there is no class 'z'"));
	assert_null(p);
}

static void
unlisted_accounts_are_persons_only_if_the_policy_says_so(void **state)
{
	AUTO_POLICY struct policy *closed = NULL;
	AUTO_POLICY struct policy *wide = NULL;
	AUTO_BUF struct buf errors;
	AUTO_FREE char *text = replaced("admins:", "unlisted: yes\nadmins:");

	(void)state;
	buf_init(&errors, 65536);
	assert_int_equal(parse(good, &closed, &errors), 0);
	assert_int_equal(parse(text, &wide, &errors), 0);
	assert_string_equal(policy_person_of(closed, "anna-adm"), "anna");
	assert_null(policy_person_of(closed, "gil"));
	assert_string_equal(policy_person_of(wide, "anna-adm"), "anna");
	assert_string_equal(policy_person_of(wide, "gil"), "gil");
}

/* A folder with files, removed by the teardown. */
struct folder {
	char	path[64];
};

static int
make_folder(void **state)
{
	struct folder *f = own_alloc(sizeof *f);
	AUTO_FREE char *roles = NULL;

	snprintf(f->path, sizeof f->path, "/tmp/policy-test-XXXXXX");
	if (mkdtemp(f->path) == NULL)
		return -1;
	roles = place_path(f->path, "roles.d", NULL);
	*state = f;
	return mkdir(roles, 0755);
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "policy.yaml", "auditors", "roles.d/20-b.yaml", "roles.d/10-a.yaml",
		"roles.d/.hidden.yaml", "roles.d/readme.txt" };
	struct folder *f = *state;
	AUTO_FREE char *roles = place_path(f->path, "roles.d", NULL);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = place_path(f->path, names[i], NULL);

		unlink(path);
	}
	rmdir(roles);
	rmdir(f->path);
	free(f);
	return 0;
}

static void
put(const struct folder *f, const char *name, const char *text)
{
	AUTO_FREE char *path = place_path(f->path, name, NULL);

	assert_int_equal(fdio_replace(path, 0644, text, strlen(text)), 0);
}

static int
load(const struct folder *f, struct policy **policy, char **said)
{
	AUTO_BUF struct buf errors;
	int r;

	buf_init(&errors, 65536);
	r = policy_load(f->path, policy, &errors);
	free(*said);
	*said = buf_text(&errors);
	return r;
}

static const char role_a[] = "- role: a\n  who: [anna]\n  as: ops\n  approve: {by: [bert]}\n";
static const char role_b[] = "# a comment\n- role: b\n  who: [anna]\n  as: ops\n  approve: {by: [bert]}\n";
static const char key[] = "# auditors\nage1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq  # of gil\n\n";

static void
the_files_of_a_folder_make_one_policy(void **state)
{
	const struct folder *f = *state;
	AUTO_POLICY struct policy *p = NULL;
	AUTO_POLICY struct policy *again = NULL;
	AUTO_POLICY struct policy *other = NULL;
	AUTO_FREE char *said = NULL;

	put(f, "policy.yaml", good);
	put(f, "roles.d/20-b.yaml", role_b);
	put(f, "roles.d/10-a.yaml", role_a);
	put(f, "roles.d/.hidden.yaml", "nonsense");
	put(f, "roles.d/readme.txt", "nonsense");
	put(f, "auditors", key);
	assert_int_equal(load(f, &p, &said), 0);
	assert_int_equal(p->roles_count, 4);
	assert_int_equal(policy_role_index(p, "a"), 2);
	assert_int_equal(policy_role_index(p, "b"), 3);
	assert_int_equal(p->recipients_count, 1);
	assert_memory_equal(p->recipients[0], "age1qqq", 7);
	assert_int_equal(strlen(p->recipients[0]), 62);
	assert_int_equal(load(f, &again, &said), 0);
	assert_memory_equal(p->sha256, again->sha256, SECRET_SHA256);
	put(f, "roles.d/20-b.yaml", role_b + 1);
	put(f, "roles.d/20-b.yaml", "#\n");
	assert_int_equal(load(f, &other, &said), 0);
	assert_int_equal(other->roles_count, 3);
	assert_memory_not_equal(p->sha256, other->sha256, SECRET_SHA256);
}

static void
a_fault_names_the_file_it_is_in(void **state)
{
	const struct folder *f = *state;
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;

	assert_int_equal(load(f, &p, &said), ERR_POLICY_NONE);
	assert_string_equal(said, "policy.yaml: there is no such file\n");
	put(f, "policy.yaml", good);
	put(f, "roles.d/20-b.yaml", "- role: shell\n  who: [anna]\n  as: ops\n  approve: {by: [gil]}\n");
	put(f, "auditors", "age1abc\n");
	assert_int_equal(load(f, &p, &said), ERR_POLICY);
	assert_string_equal(said, "auditors:1: this is not an age recipient (age1 and 58 letters and digits)\n");
	put(f, "auditors", key);
	assert_int_equal(load(f, &p, &said), ERR_POLICY);
	assert_string_equal(said, "roles.d/20-b.yaml:1: role 'shell': there are two roles of this name\n"
	    "roles.d/20-b.yaml:4: role 'shell': there is no person 'gil' (a group is written group:gil)\n");
	put(f, "roles.d/20-b.yaml", "role: x\n");
	assert_int_equal(load(f, &p, &said), ERR_POLICY);
	assert_string_equal(said, "roles.d/20-b.yaml:1: a list is expected here ([a, b])\n");
	assert_null(p);
}

static void
strict_reading_refuses_what_others_can_write(void **state)
{
	const struct folder *f = *state;
	struct policy_files files;
	AUTO_BUF struct buf errors;
	AUTO_FREE char *said = NULL;
	AUTO_FREE char *path = place_path(f->path, "policy.yaml", NULL);

	buf_init(&errors, 65536);
	put(f, "policy.yaml", good);
	assert_int_equal(chmod(f->path, 0755), 0);
	assert_int_equal(policy_files_read(f->path, true, &files, &errors), geteuid() == 0 ? 0 : ERR_POLICY);
	policy_files_done(&files);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(policy_files_read(f->path, true, &files, &errors), ERR_POLICY);
	policy_files_done(&files);
	said = buf_text(&errors);
	if (geteuid() == 0)
		assert_string_equal(said, "policy.yaml: others than root may write it (chmod go-w)\n");
	assert_int_equal(policy_files_read(f->path, false, &files, &errors), 0);
	assert_int_equal(files.count, 1);
	policy_files_done(&files);
}

/* Of `good` with one change. */
static void
allows_of(const char *from, const char *to, const char *role, uint8_t sha256[SECRET_SHA256])
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	const char *at = strstr(good, from);

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from)) > 0);
	if (parse(text, &p, &errors) != 0)
		fail_msg("%s: %s", to, (const char *)buf_data(&errors));
	assert_int_equal(policy_allows(policy_role(p, role), sha256), 0);
}

static void
what_a_role_allows_is_one_hash(void **state)
{
	static const struct {
		const char *role, *from, *to;
		bool is_same;
	} rows[] = {
		{ "orders-ro", "about: Read-only", "about: Careful", true }, { "orders-ro", "most: 2h", "most: 3h", true },
		{ "orders-ro", "need: 2", "need: 1", true }, { "orders-ro", "as: ops", "as: other", true },
		{ "orders-ro", "as: orders-ro", "as: orders-rw", false }, { "orders-ro", "-d, orders]", "-d, shop]", false },
		{ "orders-ro", "-d, orders]", "'-d orders']", false }, { "orders-ro", "connect: [5432]", "connect: [5433]", false },
		{ "orders-ro", "connect: [5432]", "bind: [5432]", false }, { "orders-ro", "mask: [secrets]", "record-only: [secrets]", false },
		{ "orders-ro", "guard: [sql]", "guard: [{use: sql, in: exec}]", false }, { "orders-ro", "guard: [sql]", "trail: reads", false },
		{ "shell", "sudo: yes", "sudo: no", false }, { "shell", "nice: 5", "nice: 6", false }, { "shell", "PGHOST=db1", "PGHOST=db2", false },
	};
	uint8_t before[SECRET_SHA256], after[SECRET_SHA256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		allows_of("host: bastion-1", "host: bastion-1", rows[i].role, before);
		allows_of(rows[i].from, rows[i].to, rows[i].role, after);
		if ((memcmp(before, after, sizeof before) == 0) != rows[i].is_same)
			fail_msg("'%s' for '%s'", rows[i].to, rows[i].from);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_policy_gives_its_values),
		cmocka_unit_test(rights_that_are_not_enforced_are_said),
		cmocka_unit_test(how_sessions_end_is_read),
		cmocka_unit_test(who_may_break_the_glass_is_read),
		cmocka_unit_test(the_trial_policy_is_valid_and_warns_of_nothing_but_the_key),
		cmocka_unit_test(each_fault_is_told_with_its_line),
		cmocka_unit_test(several_faults_are_told_at_once),
		cmocka_unit_test(unlisted_accounts_are_persons_only_if_the_policy_says_so),
		cmocka_unit_test(what_a_role_allows_is_one_hash),
		cmocka_unit_test_setup_teardown(the_files_of_a_folder_make_one_policy, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_fault_names_the_file_it_is_in, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(strict_reading_refuses_what_others_can_write, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
