/* SPDX-License-Identifier: ISC */
/* A policy in words, for `postern policy show` and `test`. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "recorder/mask/guard_rule.h"
#include "recorder/policy/policy.h"

/* "dba, anna, the list of /usr/bin/oncall". */
static int
print_entries(struct buf *out, char *const *entries, unsigned count)
{
	const char *rest;
	int r = count == 0 ? buf_add_text(out, "nobody") : 0;

	for (unsigned i = 0; r == 0 && i < count; i++) {
		enum policy_entry kind = policy_entry(entries[i], &rest);

		r = buf_addf(out, "%s%s%s", i > 0 ? ", " : "",
		    kind == POLICY_GROUP ? "group " : kind == POLICY_COMMAND ? "the list of " : "", rest);
	}
	return r;
}

static int
line_of_entries(struct buf *out, const char *before, char *const *entries, unsigned count)
{
	int r = buf_add_text(out, before);

	if (r == 0)
		r = print_entries(out, entries, count);
	return r == 0 ? buf_add_text(out, "\n") : r;
}

char *
policy_deciders(const struct policy_role *role, char *text, size_t size)
{
	const struct policy_approve *a = &role->approve;
	char *const *entries = a->each_count > 0 ? a->each : a->by;
	unsigned count = a->each_count > 0 ? a->each_count : a->by_count;
	const char *rest;
	size_t used;

	if (count == 0)
		used = (size_t)snprintf(text, size, "the policy itself");
	else if (a->each_count > 0)
		used = (size_t)snprintf(text, size, "one each of ");
	else if (a->need == 1)
		used = (size_t)snprintf(text, size, "%s", count == 1 && strchr(a->by[0], ':') == NULL ? "" : "one of ");
	else
		used = (size_t)snprintf(text, size, "%u of ", a->need);
	for (unsigned i = 0; i < count && used < size; i++) {
		policy_entry(entries[i], &rest);
		used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", rest);
	}
	return text;
}

static const char *
span(int64_t seconds, char text[CLOCK_TEXT])
{
	return seconds == POLICY_FOREVER ? "forever" : clock_span(seconds, text);
}

static int
print_ends(const struct policy_ends *ends, struct buf *out)
{
	char freeze[CLOCK_TEXT], keep[CLOCK_TEXT];
	int r = 0;

	if (ends->freeze_s > 0)
		r = buf_addf(out, "  at the end  it stands still for %s, and can be extended\n", span(ends->freeze_s, freeze));
	if (r == 0 && ends->keep_s > 0)
		r = buf_addf(out, "  on a drop   it waits %s for its engineer\n", span(ends->keep_s, keep));
	return r;
}

static int
print_glass(const struct policy_role *role, struct buf *out)
{
	const struct policy_glass *glass = &role->glass;
	char text[CLOCK_TEXT];
	int r;

	if (!glass->given)
		return 0;
	r = buf_addf(out, "  break-glass without a decision for %s, to be reviewed afterwards: ", span(glass->time_s, text));
	return r < 0 ? r : line_of_entries(out, "", glass->who_count > 0 ? glass->who : role->who,
	    glass->who_count > 0 ? glass->who_count : role->who_count);
}

static int
print_copy(const struct policy_copy *copy, struct buf *out)
{
	if (!copy->upload && !copy->download)
		return 0;
	return buf_addf(out, "  files       %s with sftp and scp\n", copy->upload && copy->download ? "copied in and out" :
	    copy->upload ? "copied in" : "copied out");
}

static int
print_command(const struct policy_start *start, struct buf *out)
{
	int r = buf_addf(out, "  runs as     %s: %s", start->as, start->run_count == 0 ? "the account's shell" : "");

	for (unsigned i = 0; r == 0 && i < start->run_count; i++)
		r = buf_addf(out, "%s%s", i > 0 ? " " : "", start->run[i]);
	if (r == 0)
		r = buf_addf(out, "%s%s\n", start->sudo ? "; sudo is possible" : "", start->system ? "; a system account" : "");
	return r;
}

static int
print_names(struct buf *out, char *const *names)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && names[i] != NULL; i++)
		r = buf_addf(out, "%s%s", i > 0 ? ", " : "", names[i]);
	return r;
}

int
policy_print_mask(const struct policy_mask *mask, struct buf *out)
{
	bool masks = mask->masked[0] != NULL, records = mask->record_only[0] != NULL;
	int r = masks ? print_names(out, mask->masked) : 0;

	if (r == 0 && records)
		r = buf_addf(out, "%sin the recording only: ", masks ? "; " : "");
	if (r == 0 && records)
		r = print_names(out, mask->record_only);
	return r == 0 && !masks && !records ? buf_add_text(out, "nothing") : r;
}

static int
print_kept(const struct policy_class *c, struct buf *out)
{
	char recording[CLOCK_TEXT], trail[CLOCK_TEXT], texts[CLOCK_TEXT];
	int r = buf_addf(out, "\n  kept        %s: recordings %s", c->name, span(c->recording_s, recording));

	if (r == 0 && c->trail_text != NULL)
		r = buf_addf(out, ", trails %s", span(c->trail_s, trail));
	return r < 0 ? r : buf_addf(out, ", texts %s\n", span(c->texts_s, texts));
}

/* "guards: rm-root deny, ..." on a line of its own, if there are any. */
static int
print_guard(char *const *guard, struct buf *out)
{
	int r = 0;

	for (size_t i = 0; r == 0 && guard[i] != NULL; i += GUARD_WORDS_EACH)
		r = buf_addf(out, "%s%s (%s, in %s)", i == 0 ? "\n  guards      " : ", ", guard[i + 2], guard[i], guard[i + 1]);
	return r;
}

int
policy_print_role(const struct policy_role *role, struct buf *out)
{
	char usual[CLOCK_TEXT], most[CLOCK_TEXT], idle[CLOCK_TEXT];
	char deciders[512];
	int r;

	r = buf_addf(out, "%s%s%s\n", role->name, role->about[0] != '\0' ? ": " : "", role->about);
	if (r == 0)
		r = line_of_entries(out, "  may ask     ", role->who, role->who_count);
	if (r == 0)
		r = buf_addf(out, "  decides     %s\n", policy_deciders(role, deciders, sizeof deciders));
	if (r == 0 && role->approve.is_signed)
		r = buf_addf(out, "  signed      a grant counts only with a signature by a key of `approvers`\n");
	if (r == 0 && role->approve.signed_word == POLICY_SIGNED_LOGIN)
		r = buf_addf(out, "  signed      no; beside a decision stands the key of the ssh login it came from\n");
	if (r == 0 && role->approve.automatic_count > 0)
		r = line_of_entries(out, "  at once for ", role->approve.automatic, role->approve.automatic_count);
	if (r == 0)
		r = print_glass(role, out);
	if (r == 0)
		r = buf_addf(out, "  open        %s\n", role->when_text != NULL ? role->when_text : "always");
	if (r == 0)
		r = buf_addf(out, "  for         usually %s, at most %s", span(role->times.default_s, usual),
		    span(role->times.most_s, most));
	if (r == 0)
		r = buf_addf(out, "%s%s; %u session%s at once\n", role->times.idle_s > 0 ? ", idle at most " : "",
		    role->times.idle_s > 0 ? span(role->times.idle_s, idle) : "", role->sessions,
		    role->sessions == 1 ? "" : "s");
	if (r == 0)
		r = print_ends(&role->ends, out);
	if (r == 0)
		r = print_command(&role->start, out);
	if (r == 0)
		r = print_copy(&role->copy, out);
	if (r == 0)
		r = policy_print_may(role, out);
	if (r == 0)
		r = buf_add_text(out, "  masks       ");
	if (r == 0)
		r = policy_print_mask(role->mask, out);
	if (r == 0)
		r = print_guard(role->guard, out);
	if (r == 0)
		r = print_kept(role->class, out);
	return r;
}

static int
print_people(const struct policy *policy, struct buf *out)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < policy->people_count; i++) {
		const struct policy_person *p = &policy->people[i];

		r = buf_addf(out, "person %s: accounts ", p->person);
		if (r == 0)
			r = print_entries(out, p->accounts, p->accounts_count);
		if (r == 0 && p->groups_count > 0)
			r = buf_add_text(out, "; groups ");
		if (r == 0 && p->groups_count > 0)
			r = print_entries(out, p->groups, p->groups_count);
		if (r == 0)
			r = buf_add_text(out, "\n");
	}
	return r;
}

static int
print_open(const struct policy_class *c, struct buf *out)
{
	char deciders[512], window[CLOCK_TEXT], keys[48] = "";

	if (c->open == POLICY_OPEN_FREE)
		return buf_add_text(out, "; opened without a reason\n");
	if (c->open == POLICY_OPEN_REASON)
		return buf_add_text(out, "; opened with a reason\n");
	if (c->keys > 1)
		snprintf(keys, sizeof keys, ", the keys of %u persons", c->keys);
	return buf_addf(out, "; opened with a reason%s and a grant by %s%s, for %s\n", keys, policy_deciders(c->opening, deciders, sizeof deciders),
	    c->opening->approve.is_signed ? ", signed" : "", span(c->opening->times.most_s, window));
}

static int
print_classes(const struct policy *policy, struct buf *out)
{
	char recording[CLOCK_TEXT], trail[CLOCK_TEXT], texts[CLOCK_TEXT], log[CLOCK_TEXT];
	int r = 0;

	for (unsigned i = 0; r == 0 && i < policy->classes_count; i++) {
		const struct policy_class *c = &policy->classes[i];

		r = buf_addf(out, "class %s: recordings %s, trails %s, texts %s, log %s", c->name, span(c->recording_s, recording),
		    c->trail_text != NULL ? span(c->trail_s, trail) : "with them", span(c->texts_s, texts), span(c->log_s, log));
		if (r == 0)
			r = print_open(c, out);
	}
	return r;
}

int
policy_print(const struct policy *policy, struct buf *out)
{
	char hex[2 * SECRET_SHA256 + 1];
	char lapse[CLOCK_TEXT], unused[CLOCK_TEXT];
	int r;

	r = buf_addf(out, "policy of %s, SHA-256 %s\n", policy->host, id_hex(policy->sha256, sizeof policy->sha256, hex));
	if (r == 0)
		r = buf_addf(out, "requests lapse undecided after %s, unused grants after %s\n", span(policy->lapse_s, lapse),
		    span(policy->unused_s, unused));
	if (r == 0)
		r = line_of_entries(out, "auditors: ", policy->auditors, policy->auditors_count);
	if (r == 0)
		r = line_of_entries(out, "admins: ", policy->admins, policy->admins_count);
	if (r == 0 && policy->holds.approve.each_count > 0)
		r = line_of_entries(out, "held and released by one each, signed: ", policy->holds.approve.each, policy->holds.approve.each_count);
	if (r == 0)
		r = buf_addf(out, "recordings are sealed to %u recipient%s\n", policy->recipients_count,
		    policy->recipients_count == 1 ? "" : "s");
	if (r == 0)
		r = print_people(policy, out);
	if (r == 0)
		r = print_classes(policy, out);
	for (unsigned i = 0; r == 0 && i < policy->roles_count; i++) {
		r = buf_add_text(out, "\n");
		if (r == 0)
			r = policy_print_role(policy->roles[i], out);
	}
	return r;
}
