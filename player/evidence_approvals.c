/* SPDX-License-Identifier: ISC */
/* Signed decisions: each against its request, its key, and the log that its approver saw. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/store/decision.h"
#include "lib/store/event.h"
#include "lib/store/glass.h"
#include "lib/store/grant.h"
#include "lib/store/session.h"
#include "player/evidence.h"

/* The log as an approver saw it. */
struct sight {
	struct tree_head	head;
	struct id		request;
	char			person[STORE_NAME];
};

/* One look at all decisions. */
struct look {
	struct evidence		*evidence;
	const struct request	*request;
	uint8_t			 sha256[SECRET_SHA256];	/* of its text as it is now */
	bool			 is_known;		/* that */
	const char		*word;			/* what must be signed; NULL: the decision's verdict */
	struct sight		*sights;
	size_t			 sight_count;
	struct id		*wanted;	/* requests; with no count all */
	size_t			 wanted_count;
	struct tree		 tree;
	size_t			 at;		/* first sight that the tree has not reached */
};

static void
look_done(struct look *look)
{
	free(look->sights);
	free(look->wanted);
}

static bool
is_wanted(const struct look *look, const struct id *request)
{
	for (size_t i = 0; i < look->wanted_count; i++)
		if (id_equal(&look->wanted[i], request))
			return true;
	return look->evidence->only_count == 0;
}

/* The requests behind the sessions that were asked for. */
static int
want_requests(struct look *look)
{
	const struct evidence *evidence = look->evidence;
	struct session session;
	struct grant grant;
	int r = 0;

	look->wanted = own_alloc((evidence->only_count + 1) * sizeof *look->wanted);
	for (size_t i = 0; i < evidence->only_count && r == 0; i++) {
		r = session_get(evidence->store, &evidence->only[i], &session);
		if (r == 0)
			r = grant_get(evidence->store, &session.grant, &grant);
		if (r == 0)
			look->wanted[look->wanted_count++] = grant.request;
	}
	return r;
}

/* 0 stands for as long as was asked, on both sides. */
static bool
is_length(const struct look *look, const struct decision *decision, const struct approval *approval)
{
	int64_t asked = look->request->seconds;

	return (approval->seconds != 0 ? approval->seconds : asked) == (decision->seconds != 0 ? decision->seconds : asked);
}

/* What is wrong with what the text says, or NULL. */
static const char *
text_fault(const struct look *look, const struct decision *decision, const struct approval *approval)
{
	if (strcmp(approval->log, look->evidence->log) != 0)
		return "names another log";
	if (!id_equal(&approval->request, &decision->request))
		return "is for another request";
	if (look->request->reason_error == ERR_STORE_DAMAGED || (look->is_known && memcmp(approval->request_sha256, look->sha256, sizeof look->sha256) != 0))
		return "is for what the request does not say";
	if (look->word != NULL)
		return strcmp(approval->decision, look->word) != 0 ? "is for another decision" :
		    approval->not_after_s < decision->at_us / CLOCK_US ? "was outdated when it was given" : NULL;
	if (strcmp(approval->decision, verdict_names[decision->verdict]) != 0 || (decision->verdict == VERDICT_GRANT && !is_length(look, decision, approval)))
		return "is for another decision";
	return approval->not_after_s < decision->at_us / CLOCK_US ? "was outdated when it was given" : NULL;
}

static int
check_signed(struct look *look, const struct decision *decision)
{
	struct evidence *evidence = look->evidence;
	struct sshsig_message message = { APPROVAL_NAMESPACE, decision->text, decision->text_bytes };
	struct sshsig_signed signer;
	struct approval approval;
	enum evidence_standing standing;
	const char *fault;
	struct sight *sight;

	evidence->count.approvals++;
	if (sshsig_verify(decision->signature, decision->signature_bytes, &message, &signer) < 0)
		return evidence_fault(evidence, EVIDENCE_APPROVAL_FALSE, &decision->request, "The signature of %s does not hold.", decision->person);
	if (!sshsig_is_present(&signer))
		return evidence_fault(evidence, EVIDENCE_APPROVAL_FALSE, &decision->request, "The security key of %s was not touched.", decision->person);
	if (approval_parse((const char *)decision->text, decision->text_bytes, &approval) < 0)
		return evidence_fault(evidence, EVIDENCE_APPROVAL_FALSE, &decision->request, "What %s signed is no approval.", decision->person);
	fault = text_fault(look, decision, &approval);
	if (fault != NULL)
		return evidence_fault(evidence, EVIDENCE_APPROVAL_FALSE, &decision->request, "The signature of %s %s.", decision->person, fault);
	look->sights = own_grow(look->sights, look->sight_count + 1, sizeof *look->sights);
	sight = &look->sights[look->sight_count++];
	*sight = (struct sight){ .head = approval.head, .request = decision->request };
	memcpy(sight->person, decision->person, sizeof sight->person);
	standing = evidence_standing(evidence, &signer.key, decision->at_us);
	evidence->count.no_roster += standing == KEY_UNTOLD;
	if (standing == KEY_UNKNOWN)
		return evidence_fault(evidence, EVIDENCE_APPROVER_UNKNOWN, &decision->request,
		    "The key that signed for %s is on no roster of that time.", decision->person);
	return 0;
}

static int
each_decision(void *ctx, const struct decision *decision)
{
	struct look *look = ctx;

	if (decision->text_error < 0)
		look->evidence->count.unread++;
	else if (decision->signature_bytes == 0)
		look->evidence->count.unsigned_decisions++;
	else
		return check_signed(look, decision);
	return 0;
}

/* The review of an entry without a decision is signed as a decision is, about a text of its own: the request's hash and the comment. */
static int
check_review(struct look *look)
{
	AUTO_GLASS struct glass glass = { 0 };
	AUTO_BUF struct buf text = { .max = 4 * STORE_TEXT_MOST };
	struct decision review = { .request = look->request->id };
	int r = glass_get(look->evidence->store, &look->request->id, &glass);

	if (r < 0 || glass.reviewed_us == 0)
		return r == ERR_NOT_FOUND ? 0 : r;
	if (glass.comment_error == ERR_STORE_DAMAGED)
		return evidence_fault(look->evidence, EVIDENCE_APPROVAL_FALSE, &look->request->id, "The review of %s is not what it was.", glass.reviewed_by);
	if (glass.comment_error < 0)
		look->evidence->count.unread++;
	if (glass.comment_error < 0 || glass.text == NULL)
		return 0;
	if (look->is_known && glass_text(&look->request->id, look->sha256, glass.comment, &text) == 0)
		secret_sha256(buf_data(&text), buf_len(&text), look->sha256);
	memcpy(review.person, glass.reviewed_by, sizeof review.person);
	review.at_us = glass.reviewed_us;
	review.text = (uint8_t *)glass.text;
	review.text_bytes = strlen(glass.text);
	review.signature = glass.signature;
	review.signature_bytes = glass.signature_bytes;
	look->word = "review";
	r = check_signed(look, &review);
	look->word = NULL;
	return r;
}

static int
each_request(void *ctx, const struct request *request)
{
	struct look *look = ctx;
	AUTO_BUF struct buf text = { .max = 4 * STORE_TEXT_MOST };
	int r;

	if (!is_wanted(look, &request->id))
		return 0;
	look->request = request;
	look->is_known = request->reason_error == 0 && request_text(request, &text) == 0;
	if (look->is_known)
		secret_sha256(buf_data(&text), buf_len(&text), look->sha256);
	r = decision_list(look->evidence->store, &request->id, each_decision, look);
	return r < 0 ? r : check_review(look);
}

static int
by_size(const void *a, const void *b)
{
	const struct sight *left = a, *right = b;

	return (left->head.size > right->head.size) - (left->head.size < right->head.size);
}

/* All sights of a log with as many entries as the tree has now. */
static void
check_sights(struct look *look)
{
	uint8_t root[TREE_HASH];

	for (; look->at < look->sight_count && look->sights[look->at].head.size == look->tree.size; look->at++) {
		const struct sight *sight = &look->sights[look->at];

		tree_root(&look->tree, root);
		if (memcmp(root, sight->head.root, sizeof root) != 0)
			evidence_fault(look->evidence, EVIDENCE_APPROVAL_FALSE, &sight->request,
			    "%s saw a log whose first %" PRIu64 " entries were others than these.", sight->person, sight->head.size);
	}
}

static int
each_leaf(void *ctx, int64_t seq, const uint8_t entry[EVENT_ENTRY])
{
	struct look *look = ctx;
	uint8_t leaf[TREE_HASH];

	(void)seq;
	tree_leaf(entry, EVENT_ENTRY, leaf);
	tree_append(&look->tree, leaf, NULL, NULL);
	check_sights(look);
	return look->at == look->sight_count;
}

/* Approvals are witnesses: the tree is made anew from the entries, not from what the catalogue keeps of it. */
static int
walk_sights(struct look *look)
{
	int r = 0;

	if (look->sight_count > 0)
		qsort(look->sights, look->sight_count, sizeof *look->sights, by_size);
	check_sights(look);
	if (look->at < look->sight_count)
		r = event_leaves(look->evidence->store, 0, 0, each_leaf, look);
	if (r == ERR_STORE_DAMAGED)	/* a gap, of which the check of the log has told */
		r = 0;
	for (; r >= 0 && look->at < look->sight_count; look->at++)
		evidence_fault(look->evidence, EVIDENCE_APPROVAL_FALSE, &look->sights[look->at].request,
		    "%s saw a log of %" PRIu64 " entries; so many are not here.", look->sights[look->at].person, look->sights[look->at].head.size);
	return r < 0 ? r : 0;
}

static int
count_signed(void *ctx, const struct decision *decision)
{
	int *found = ctx;

	if (decision->verdict == VERDICT_GRANT && (decision->text_error < 0 || decision->signature_bytes > 0))
		(*found)++;
	return decision->verdict == VERDICT_GRANT && decision->text_error == 0 && decision->signature_bytes == 0 ? 1 : 0;
}

/* A grant that had to be signed: all that was decided on it is. */
static int
each_granted(void *ctx, const struct event *event)
{
	struct look *look = ctx;
	size_t most = sizeof EVENT_MUST_SIGN - 1;
	int found = 0, r;

	if (!is_wanted(look, &event->subject))
		return 0;
	if (event->text == NULL)
		look->evidence->count.unread++;
	if (event->text == NULL || event->text_bytes < most || strcmp(event->text + event->text_bytes - most, EVENT_MUST_SIGN) != 0)
		return 0;
	r = decision_list(look->evidence->store, &event->subject, count_signed, &found);
	if (r == 1 || (r == 0 && found == 0))
		return evidence_fault(look->evidence, EVIDENCE_APPROVAL_MISSING, &event->subject,
		    "Entry %" PRId64 " says that it had to be signed; %s.", event->seq, r == 1 ? "a decision is not" : "there is no decision");
	return r;
}

/* A review that had to be signed. */
static int
each_reviewed(void *ctx, const struct event *event)
{
	struct look *look = ctx;
	AUTO_GLASS struct glass glass = { 0 };
	size_t most = sizeof EVENT_MUST_SIGN - 1;
	int r;

	if (!is_wanted(look, &event->subject) || event->text == NULL || event->text_bytes < most ||
	    strcmp(event->text + event->text_bytes - most, EVENT_MUST_SIGN) != 0)
		return 0;
	r = glass_get(look->evidence->store, &event->subject, &glass);
	if (r < 0 && r != ERR_NOT_FOUND)
		return r;
	if (r == 0 && (glass.comment_error < 0 || glass.text != NULL))
		return 0;
	return evidence_fault(look->evidence, EVIDENCE_APPROVAL_MISSING, &event->subject, "Entry %" PRId64 " says that the review had to be signed; it is not.", event->seq);
}

int
evidence_approvals(struct evidence *evidence)
{
	const struct request_filter all = { .limit = 0 };
	struct event_filter granted = { .type = EVENT_GRANTED };
	struct look look = { .evidence = evidence };
	int r = want_requests(&look);

	if (r == 0)
		r = request_list(evidence->store, &all, each_request, &look);
	if (r == 0)
		r = walk_sights(&look);
	if (r == 0)
		r = event_list(evidence->store, &granted, each_granted, &look);
	granted.type = EVENT_AGREED;
	if (r == 0)
		r = event_list(evidence->store, &granted, each_granted, &look);
	granted.type = EVENT_REVIEWED;
	if (r == 0)
		r = event_list(evidence->store, &granted, each_reviewed, &look);
	look_done(&look);
	return r;
}
