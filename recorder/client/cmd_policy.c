/* SPDX-License-Identifier: ISC */
/* postern policy: what the files say, before a gate believes them. */
#include "config.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/client/against.h"
#include "recorder/client/belongs.h"
#include "recorder/client/cmd_policy.h"
#include "recorder/client/policy_files.h"
#include "recorder/client/rehearse.h"
#include "recorder/policy/policy.h"

#define MOST_TEXT	(1024 * 1024)

const struct cli_option cmd_policy_options[] = {
	{ 0, "root", "DIR", "use DIR/etc instead of " POSTERN_SYSCONFDIR },
	{ 0, "at", "TIME", "test: as if it were entered then" },
	{ 0, "try", NULL, "test: see what the kernel lets the role do on this machine" },
	{ 0, "against", "TIME", "test ROLE: which acts of its sessions since then (30d) it would refuse now" },
	{ 'i', "identity", "FILE", "test --against: the auditor's key that opens those sessions" },
	{ 0, "as", "NAME", "test --against: who to be (only in trial mode)" },
	{ 0, "json", NULL, "print JSON" },
	{ 0, NULL, NULL, NULL },
};

/* The policy of `dir`, or the place's own if that is NULL. A status after the sentences on standard error. */
static int
load(const struct cli *cli, const char *dir, struct policy **policy)
{
	AUTO_PLACE struct place place = { 0 };
	AUTO_BUF struct buf errors = { 0 };
	int r;

	place_init(&place, cli_get(cli, "root"));
	buf_init(&errors, MOST_TEXT);
	r = policy_load(dir != NULL ? dir : place.etc, policy, &errors);
	fprintf(stderr, "%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	if (r < 0)
		return cli_fail(cli, cli_status(r), "%s: %s", dir != NULL ? dir : place.etc, err_text(r));
	return STATUS_OK;
}

/* Only installed does a role run as its account, so only there must it exist. */
static void
warn_accounts(const struct policy *policy)
{
	for (unsigned i = 0; i < policy->roles_count; i++) {
		const struct policy_role *role = policy->roles[i];
		const struct passwd *pw = getpwnam(role->start.as);

		if (pw == NULL)
			fprintf(stderr, "warning: role '%s': there is no account '%s' on this machine\n", role->name,
			    role->start.as);
		else if (pw->pw_uid == 0 && !role->start.system)
			fprintf(stderr, "warning: role '%s': '%s' has uid 0; the keeper refuses it without `system: yes`\n",
			    role->name, role->start.as);
	}
}

static void
print_warnings(const struct policy *policy)
{
	const char *line = policy->warnings;

	while (*line != '\0') {
		size_t count = strcspn(line, "\n");

		fprintf(stderr, "warning: %.*s\n", (int)count, line);
		line += count + (line[count] == '\n');
	}
}

static int
check(const struct cli *cli)
{
	const char *dir = cli->word_count > 1 ? cli->words[1] : NULL;
	AUTO_POLICY struct policy *policy = NULL;
	char hex[2 * SECRET_SHA256 + 1];
	int status = load(cli, dir, &policy);

	if (status != STATUS_OK)
		return STATUS_FAILED;
	print_warnings(policy);
	if (dir == NULL && !cli_has(cli, "root"))
		warn_accounts(policy);
	if (policy_files_check(policy) > 0)
		return cli_fail(cli, STATUS_FAILED, "a role could run more than it says");
	id_hex(policy->sha256, sizeof policy->sha256, hex);
	if (cli_has(cli, "json"))
		printf("{\"valid\":true,\"roles\":%u,\"people\":%u,\"sha256\":\"%s\"}\n", policy->roles_count,
		    policy->people_count, hex);
	else
		printf("The policy is valid: %u role%s, %u person%s, SHA-256 %s.\n", policy->roles_count,
		    policy->roles_count == 1 ? "" : "s", policy->people_count, policy->people_count == 1 ? "" : "s", hex);
	return STATUS_OK;
}

/* A person by name, else whoever has this account. */
static const char *
find_person(const struct policy *policy, const char *user, struct belongs *belongs)
{
	const struct policy_person *person = policy_person(policy, user);
	const char *name = person != NULL ? person->person : policy_person_of(policy, user);

	if (person == NULL && name != NULL)
		person = policy_person(policy, name);
	for (unsigned i = 0; person != NULL && i < person->accounts_count; i++)
		belongs_add(belongs, person->accounts[i]);
	if (person == NULL && name != NULL)
		belongs_add(belongs, name);
	return name;
}

/* Lists by command are a gate's business: they may be slow, and run as its account. */
static void
say_lists(char *const *entries, unsigned count)
{
	const char *rest;

	for (unsigned i = 0; i < count; i++)
		if (policy_entry(entries[i], &rest) == POLICY_COMMAND)
			printf("  not asked   the list of %s: a gate asks it when it counts\n", rest);
}

static json_t *
words(char *const *entries, unsigned count)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, json_string(entries[i]));
	return list;
}

static json_t *
names(char *const *list)
{
	unsigned count = 0;

	while (list[count] != NULL)
		count++;
	return words(list, count);
}

static int
print_test(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role, int64_t at_us)
{
	AUTO_BUF struct buf text = { 0 };
	char why[POLICY_WHY];
	char at[CLOCK_TEXT];
	int r = policy_may_request(policy, subject, role, at_us, why);

	if (r == 0)
		printf("%s may ask for %s at %s.\n", subject->person, role->name, clock_local(at_us, at));
	else
		printf("%s may not ask for %s at %s: %s.\n", subject->person, role->name, clock_local(at_us, at), why);
	if (r == 0 && policy_auto(policy, subject, role, why))
		printf("Nobody is asked: %s.\n", why);
	buf_init(&text, MOST_TEXT);
	policy_print_role(role, &text);
	printf("%.*s", (int)buf_len(&text), (const char *)buf_data(&text));
	say_lists(role->who, role->who_count);
	say_lists(role->approve.automatic, role->approve.automatic_count);
	return r == 0 ? STATUS_OK : STATUS_DENIED;
}

static int
print_test_json(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role, int64_t at_us)
{
	char why[POLICY_WHY], automatic[POLICY_WHY], deciders[512], utc[CLOCK_TEXT];
	int r = policy_may_request(policy, subject, role, at_us, why);
	json_t *all = json_pack("{s:s, s:s, s:s, s:b, s:s, s:b, s:s, s:i, s:s, s:I, s:I, s:o, s:o, s:s}", "person", subject->person,
	    "role", role->name, "at", clock_utc(at_us, utc), "may", r == 0, "why", why, "auto",
	    policy_auto(policy, subject, role, automatic), "decides", policy_deciders(role, deciders, sizeof deciders), "need",
	    (int)policy_needs(role), "as", role->start.as, "default_s", (json_int_t)role->times.default_s, "most_s",
	    (json_int_t)role->times.most_s, "mask", names(role->mask->masked), "record_only", names(role->mask->record_only),
	    "class", role->class->name);

	if (all != NULL)
		json_dumpf(all, stdout, 0);
	putchar('\n');
	json_decref(all);
	return r == 0 ? STATUS_OK : STATUS_DENIED;
}

/* "refused run /bin/sh: Permission denied" as an object; the reason stands behind the last colon. */
static json_t *
tried_object(char *line)
{
	char *act = line + strcspn(line, " ");
	bool allowed = strncmp(line, "allowed ", 8) == 0;
	char *what, *why = NULL;

	if (*act == '\0')
		return NULL;
	*act++ = '\0';
	if (strcmp(line, "missing") == 0)
		return json_pack("{s:s}", "missing", act);
	what = act + strcspn(act, " ");
	if (*what != '\0')
		*what++ = '\0';
	for (char *at = what; !allowed && (at = strstr(at, ": ")) != NULL; at++)
		why = at;
	if (why != NULL)
		*why = '\0';
	return json_pack("{s:b, s:s, s:s, s:s}", "allowed", allowed, "act", act, "what", what, "why", why != NULL ? why + 2 : "");
}

static void
print_tried(const char *line, void *user)
{
	const struct cli *cli = user;
	AUTO_FREE char *copy = own_dup(line);
	size_t verdict = strcspn(line, " ");
	json_t *one;

	if (!cli_has(cli, "json")) {
		printf("  %.*s  %s\n", (int)verdict, line, line + verdict + (line[verdict] == ' '));
		return;
	}
	one = tried_object(copy);
	if (one != NULL)
		json_dumpf(one, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(one);
}

/* In the role's own cage: as root as its account, else as the caller. */
static int
try_role(const struct cli *cli, const struct policy_role *role)
{
	AUTO_PLACE struct place place = { 0 };
	AUTO_BUF struct buf questions = { 0 };
	struct rehearse_told told = { .each = print_tried, .user = (void *)(uintptr_t)cli };

	place_init(&place, cli_get(cli, "root"));
	buf_init(&questions, MOST_TEXT);
	if (rehearse_usual(role, &questions) < 0)
		return cli_fail(cli, STATUS_FAILED, "%s lists too much to be tried", role->name);
	if (!cli_has(cli, "json"))
		printf("Tried in the cage of %s%s:\n", role->name, geteuid() == 0 ? "" : ", as yourself and without root");
	fflush(stdout);
	if (rehearse(&place, role, &questions, &told) < 0)
		return cli_fail(cli, STATUS_FAILED, "%s cannot be tried: %s", role->name, told.why);
	return STATUS_OK;
}

/* A role of the policy as it is written now, against what was done before. */
static int
against(const struct cli *cli)
{
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_PLACE struct place place = { 0 };
	const struct policy_role *role;
	int status;

	if (cli->word_count != 2)
		return cli_fail(cli, STATUS_USAGE, "test ROLE --against TIME needs the role alone");
	status = load(cli, NULL, &policy);
	if (status != STATUS_OK)
		return STATUS_FAILED;
	role = policy_role(policy, cli->words[1]);
	if (role == NULL)
		return cli_fail(cli, STATUS_NOT_FOUND, "there is no role '%s'", cli->words[1]);
	if (!role->may.given)
		return cli_fail(cli, STATUS_USAGE, "%s has no `may`: nothing is refused", role->name);
	place_init(&place, cli_get(cli, "root"));
	return against_role(cli, &place, role);
}

static int
test(const struct cli *cli)
{
	AUTO_POLICY struct policy *policy = NULL;
	__attribute__((cleanup(belongs_done))) struct belongs belongs = { NULL, 0 };
	struct policy_subject subject = { NULL, NULL, 0 };
	const struct policy_role *role;
	int64_t at_us = clock_wall_us();
	int status;

	if (cli_has(cli, "against"))
		return against(cli);
	if (cli->word_count != 3)
		return cli_fail(cli, STATUS_USAGE, "test needs USER and ROLE, or ROLE and --against");
	if (cli_has(cli, "at") && clock_parse_moment(cli_get(cli, "at"), at_us, &at_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a time", cli_get(cli, "at"));
	status = load(cli, NULL, &policy);
	if (status != STATUS_OK)
		return STATUS_FAILED;
	role = policy_role(policy, cli->words[2]);
	if (role == NULL)
		return cli_fail(cli, STATUS_NOT_FOUND, "there is no role '%s'", cli->words[2]);
	subject.person = find_person(policy, cli->words[1], &belongs);
	if (subject.person == NULL)
		return cli_fail(cli, STATUS_NOT_FOUND, "the policy knows no person or account '%s'", cli->words[1]);
	subject.belongs = (const char *const *)belongs.entries;
	subject.belongs_count = belongs.count;
	status = cli_has(cli, "json") ? print_test_json(policy, &subject, role, at_us)
				      : print_test(policy, &subject, role, at_us);
	if (!cli_has(cli, "try"))
		return status;
	return try_role(cli, role) != STATUS_OK ? STATUS_FAILED : status;
}

static json_t *
ports(const unsigned *numbers, unsigned count)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, json_integer(numbers[i]));
	return list;
}

/* null for a role that has none. */
static json_t *
rights(const struct policy_may *may)
{
	if (!may->given)
		return json_null();
	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:b}", "shell", may->shell, "exec",
	    words(may->exec, may->exec_count), "read", words(may->read, may->read_count), "write",
	    words(may->write, may->write_count), "sockets", words(may->sockets, may->sockets_count), "connect",
	    ports(may->connect, may->connect_count), "bind", ports(may->bind, may->bind_count), "udp", may->udp, "raw", may->raw,
	    "listen", may->listen, "namespaces", may->namespaces, "private_tmp", may->tmp, "loose", may->loose);
}

/* One role a line. */
static void
show_json(const struct policy *policy)
{
	for (unsigned i = 0; i < policy->roles_count; i++) {
		const struct policy_role *r = policy->roles[i];
		char deciders[512];
		json_t *one = json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:i, s:s, s:I, s:I, s:i, s:o, s:o, s:o, s:s}", "role", r->name, "about",
		    r->about, "who", words(r->who, r->who_count), "as", r->start.as, "run",
		    words(r->start.run, r->start.run_count), "decides", policy_deciders(r, deciders, sizeof deciders), "need",
		    (int)policy_needs(r), "when", r->when_text != NULL ? r->when_text : "always", "default_s",
		    (json_int_t)r->times.default_s, "most_s", (json_int_t)r->times.most_s, "sessions", (int)r->sessions,
		    "may", rights(&r->may), "mask", names(r->mask->masked), "record_only", names(r->mask->record_only), "class", r->class->name);

		if (one != NULL)
			json_dumpf(one, stdout, 0);
		putchar('\n');
		json_decref(one);
	}
}

static int
show(const struct cli *cli)
{
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_BUF struct buf text = { 0 };
	int r;

	if (load(cli, NULL, &policy) != STATUS_OK)
		return STATUS_FAILED;
	if (cli_has(cli, "json")) {
		show_json(policy);
		return STATUS_OK;
	}
	buf_init(&text, 16 * MOST_TEXT);
	r = policy_print(policy, &text);
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "%s", err_text(r));
	printf("%.*s", (int)buf_len(&text), (const char *)buf_data(&text));
	return STATUS_OK;
}

int
cmd_policy(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(const struct cli *);
		int most;
	} parts[] = { { "check", check, 2 }, { "test", test, 3 }, { "show", show, 1 } };

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(cli->words[0], parts[i].name) == 0 && cli->word_count <= parts[i].most)
			return parts[i].run(cli);
	return cli_fail(cli, STATUS_USAGE, "write check [DIR], test USER ROLE [--try] or show");
}
