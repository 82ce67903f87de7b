/* SPDX-License-Identifier: ISC */
/* Who could do what at some time: the policy that was in force then, asked again. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_report.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_versions.h"
#include "recorder/gate/members.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"

#define WHY_MOST	1024

/* One answer. */
struct could {
	struct report_page	 page;
	struct policy		*policy;
	struct members		 members;
	bool			 has_members;
};

/* What some entries of the policy allow. */
struct right {
	const char	*what, *role;
	char *const	*entries;
	unsigned	 count;
	const char	*more;		/* behind the entry; "" if there is nothing to say */
};

static void
could_done(struct could *could)
{
	policy_free(could->policy);
	members_done(&could->members);
}

static int
put(struct could *could, const struct right *right, const char *who, const char *entry)
{
	AUTO_FREE char *what = own_dup(right->what), *role = own_dup(right->role), *name = own_dup(who);
	char why[WHY_MOST];
	struct wire_could_row row = { .what = what, .role = role, .who = name, .why = why };

	snprintf(why, sizeof why, "%s%s%s", entry, right->more[0] != '\0' ? "; " : "", right->more);
	peer_put(could->page.peer, WIRE_COULD_ROW, &row);
	(void)report_page_next(&could->page, 128 + strlen(name) + strlen(why));
	return could->page.peer->broken ? ERR_PEER_GONE : 0;
}

/* Everybody whom the policy lists, once each. */
static int
put_people(struct could *could, const struct right *right)
{
	const struct policy *policy = could->policy;
	int r = 0;

	for (unsigned i = 0; r == 0 && i < policy->people_count; i++) {
		const struct policy_person *person = &policy->people[i];
		struct policy_subject subject = { .person = person->person };
		const char *which;

		members_of(&could->members, person, &subject);
		if (policy_matches(policy, &subject, right->entries, right->count, &which))
			r = put(could, right, person->person, which);
		free((void *)(uintptr_t)subject.belongs);
	}
	return r;
}

/* Then the entries whose people stand elsewhere: a person without a line of its own, a group or a list of the system. */
static int
put_others(struct could *could, const struct right *right)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < right->count; i++) {
		const char *rest;
		enum policy_entry kind = policy_entry(right->entries[i], &rest);
		struct right other = *right;

		if (kind == POLICY_PERSON && policy_person(could->policy, rest) == NULL)
			r = put(could, right, rest, right->entries[i]);
		if (kind == POLICY_PERSON || could->page.peer->gate->daemon.trial)
			continue;
		other.more = kind == POLICY_COMMAND ? "whoever its list named" : could->policy->unlisted || !could->has_members ?
		    "and its members that the policy does not list" : "";
		if (other.more[0] != '\0')
			r = put(could, &other, right->entries[i], right->entries[i]);
	}
	return r;
}

static int
put_right(struct could *could, const struct right *right)
{
	int r = put_people(could, right);

	return r < 0 ? r : put_others(could, right);
}

static int
put_role(struct could *could, const struct policy_role *role)
{
	const struct policy_approve *approve = &role->approve;
	char most[CLOCK_TEXT], needs[POLICY_WHY], more[2 * POLICY_WHY], signs[64];
	struct right right = { "request", role->name, role->who, role->who_count, more };
	int r;

	snprintf(more, sizeof more, "at most %s; %s; decided by %s%s", clock_span(role->times.most_s, most),
	    role->when_text != NULL ? role->when_text : "at any hour", policy_deciders(role, needs, sizeof needs),
	    approve->automatic_count > 0 ? "; for some by the policy itself" : "");
	r = put_right(could, &right);
	right = (struct right){ "without-decision", role->name, approve->automatic, approve->automatic_count, "the policy itself decides" };
	if (r == 0)
		r = put_right(could, &right);
	right = (struct right){ "break-glass", role->name, role->glass.who, role->glass.who_count, "without a decision, to be reviewed" };
	if (role->glass.given && role->glass.who_count == 0) {
		right.entries = role->who;
		right.count = role->who_count;
	}
	if (r == 0 && role->glass.given)
		r = put_right(could, &right);
	snprintf(signs, sizeof signs, "%s%s", "never their own request", approve->is_signed ? "; signed" : "");
	right = (struct right){ "decide", role->name, approve->by, approve->by_count, signs };
	if (r == 0)
		r = put_right(could, &right);
	right.entries = approve->each;
	right.count = approve->each_count;
	return r < 0 ? r : put_right(could, &right);
}

static int
put_version(struct could *could, const char *what, const struct gate_version *version)
{
	AUTO_FREE char *name = own_dup(what);
	char hex[2 * SECRET_SHA256 + 1];
	struct wire_could_row row = { .what = name, .who = id_hex(version->sha256, SECRET_SHA256, hex), .since_us = version->since_us,
		.entry = version->entry };

	peer_put(could->page.peer, WIRE_COULD_ROW, &row);
	return could->page.peer->broken ? ERR_PEER_GONE : 0;
}

/* Those that were in force. */
static int
put_versions(struct could *could, int64_t at_us)
{
	static const struct { const char *what; enum log_type type; } versions[] = {
		{ "policy", LOG_POLICY_VERSION }, { "roster", LOG_ROSTER_VERSION }, { "members", LOG_MEMBERS_VERSION },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof versions / sizeof versions[0]; i++) {
		struct gate_version version;

		r = gate_version_at(could->page.peer->gate, versions[i].type, at_us, &version);
		if (r == 0)
			r = put_version(could, versions[i].what, &version);
		else if (r == ERR_NOT_FOUND)
			r = 0;
	}
	return r;
}

/* What belongs to no role. */
static int
put_general(struct could *could)
{
	const struct policy *policy = could->policy;
	const struct policy_approve *holds = &policy->holds.approve;
	const struct right rights[] = {
		{ "audit", "", policy->auditors, policy->auditors_count, "" },
		{ "administer", "", policy->admins, policy->admins_count, "" },
		{ "hold", "", holds->each, holds->each_count, "one person of each" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof rights / sizeof rights[0]; i++)
		r = put_right(could, &rights[i]);
	return r;
}

/* A policy that wants signatures is only valid with the keys of its time. */
static int
add_roster(struct gate *gate, int64_t at_us, struct policy_files *files)
{
	AUTO_FREE char *text = NULL;
	struct gate_version version;
	size_t count;
	int r = gate_version_at(gate, LOG_ROSTER_VERSION, at_us, &version);

	if (r == 0)
		r = gate_version_read(gate, version.sha256, &text, &count);
	if (r < 0 || count == 0)
		return r == ERR_NOT_FOUND ? 0 : r;
	files->files = own_grow(files->files, files->count + 1, sizeof *files->files);
	files->files[files->count++] = (struct policy_file){ .name = own_dup(POLICY_ROSTER), .text = TAKE(text, NULL), .count = count };
	return 0;
}

static int
open_policy(struct could *could, int64_t at_us)
{
	struct gate *gate = could->page.peer->gate;
	struct policy_files files AUTO(policy_files_done) = { 0 };
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	size_t count;
	struct gate_version version;
	int r = gate_version_at(gate, LOG_POLICY_VERSION, at_us, &version);

	if (r == 0)
		r = gate_version_read(gate, version.sha256, &text, &count);
	if (r == 0)
		r = gate_version_files(text, count, &files);
	if (r == 0)
		r = add_roster(gate, at_us, &files);
	return r < 0 ? r : policy_parse(&files, &could->policy, &errors);
}

/* Who was in which group; without it the policy's own groups count. */
static void
open_members(struct could *could, int64_t at_us)
{
	struct gate *gate = could->page.peer->gate;
	AUTO_FREE char *text = NULL;
	struct gate_version version;
	size_t count;

	could->has_members = gate_version_at(gate, LOG_MEMBERS_VERSION, at_us, &version) == 0 &&
	    gate_version_read(gate, version.sha256, &text, &count) == 0;
	if (could->has_members)
		members_read(text, &could->members);
}

static int
say_why(struct peer *peer, int error, int64_t at_us)
{
	char when[CLOCK_TEXT];

	if (error == ERR_NOT_FOUND)
		peer_fail(peer, STATUS_NOT_FOUND, "no policy of %s is on record: its versions are kept since the gate was first started by a release that does",
		    clock_local(at_us, when));
	else if (error == -ENOENT || error == ERR_STORE_DAMAGED)
		peer_fail(peer, STATUS_DAMAGED, "the policy of %s is in the log, but its text is missing or altered: put STATE/versions back from a copy",
		    clock_local(at_us, when));
	else if (error == ERR_POLICY)
		peer_fail(peer, STATUS_FAILED, "the policy of %s is not one that this release understands; `report --bundle` has its text", clock_local(at_us, when));
	else
		return error;
	return 0;
}

int
on_could(struct peer *peer, const void *fields)
{
	const struct wire_could *question = fields;
	struct could could AUTO(could_done) = { .page = { .peer = peer, .after = question->after } };
	struct wire_page_end end = { .more = false };
	int64_t role = question->after;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	if (!peer->audit.is_open || role < WIRE_COULD_VERSIONS)
		return ERR_NO_RIGHT;
	if (role == WIRE_COULD_VERSIONS) {
		r = put_versions(&could, question->at_us);
		if (r == 0)
			peer_put(peer, WIRE_PAGE_END, &end);
		return r;
	}
	r = open_policy(&could, question->at_us);
	if (r < 0)
		return say_why(peer, r, question->at_us);
	open_members(&could, question->at_us);
	if (role == 0)
		r = put_versions(&could, question->at_us);
	if (r == 0 && role == 0)
		r = put_general(&could);
	for (; r == 0 && !could.page.is_full && role < could.policy->roles_count; role++)
		r = put_role(&could, could.policy->roles[role]);
	if (r < 0)
		return r;
	end.more = role < could.policy->roles_count;
	end.after = role;
	peer_put(peer, WIRE_PAGE_END, &end);
	return 0;
}
