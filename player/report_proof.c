/* SPDX-License-Identifier: ISC */
/*
 * Is anything left out? The entries of the time must lead to the signed head, without one between them missing; and the sessions
 * must be those that entries say were entered.
 */
#include "config.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "player/report.h"

#define EDGE_US		INT64_C(10000000)	/* between a session's start and its entry, at most */

/* Fields of an entry, as lib/store/event.h lays them out. */
struct fields {
	int64_t		seq, time_us;
	unsigned	type;
	struct id	subject;
};

static struct fields
fields_of(const uint8_t *entry)
{
	struct fields fields;
	uint64_t seq, time_ms;
	uint16_t type;

	memcpy(&seq, entry + 4, sizeof seq);
	memcpy(&time_ms, entry + 12, sizeof time_ms);
	memcpy(&type, entry + 20, sizeof type);
	memcpy(fields.subject.bytes, entry + 28, ID_BYTES);
	fields.seq = (int64_t)be64toh(seq);
	fields.time_us = (int64_t)be64toh(time_ms) * 1000;
	fields.type = be16toh(type);
	return fields;
}

static void __attribute__((format(printf, 2, 3)))
fault(struct report *report, const char *format, ...)
{
	va_list args;

	if (!report->proof.is_fine)
		return;	/* the first one counts */
	report->proof.is_fine = false;
	va_start(args, format);
	vsnprintf(report->proof.why, REPORT_WHY, format, args);
	va_end(args);
}

const uint8_t *
report_entry(const struct report *report, int64_t entry)
{
	const struct report_log *log = &report->log;

	return entry >= log->first && entry - log->first < (int64_t)log->count ? log->entries + (size_t)(entry - log->first) * REPORT_ENTRY : NULL;
}

/* The leaves, with what lies left and right of them, make the root that was signed. */
static void
check_range(struct report *report)
{
	const struct report_log *log = &report->log;
	struct range_walk *walk = own_alloc(sizeof *walk);
	uint8_t root[TREE_HASH];
	int r = range_begin(&log->range, walk);

	for (size_t i = 0; r == 0 && i < log->count; i++)
		range_leaf(walk, log->leaves[i]);
	if (r == 0)
		r = range_end(&log->range, walk, root);
	free(walk);
	if ((int64_t)log->count != log->end - log->first)
		fault(report, "the gate gave out %zu entries of %" PRId64, log->count, log->end - log->first);
	else if (r < 0 || memcmp(root, log->checkpoint.head.root, sizeof root) != 0)
		fault(report, "entries %" PRId64 " to %" PRId64 " do not lead to the root that was signed: an entry was altered or left out", log->first, log->end - 1);
}

static void
check_numbers(struct report *report)
{
	const struct report_log *log = &report->log;

	for (size_t i = 0; i < log->count; i++) {
		struct fields fields = fields_of(log->entries + i * REPORT_ENTRY);

		if (fields.seq != log->first + (int64_t)i)
			fault(report, "entry %" PRId64 " says that it is number %" PRId64, log->first + (int64_t)i, fields.seq);
		report->proof.outside += fields.time_us < report->from_us - 1000 || fields.time_us >= report->end_us;
	}
}

static void
check_rows(struct report *report)
{
	for (size_t i = 0; i < report->event_count; i++) {
		const struct wire_audit_event *row = report->events[i].row;
		const uint8_t *entry = report_entry(report, row->seq);
		struct fields fields;

		if (entry == NULL)
			continue;	/* too new to be signed */
		fields = fields_of(entry);
		if (fields.type != row->number || fields.time_us != row->time_us || !id_equal(&fields.subject, &row->subject))
			fault(report, "the gate says something else about entry %" PRId64 " than it holds", row->seq);
	}
}

static int
by_id(const void *a, const void *b)
{
	struct report_session *const *x = a, *const *y = b;

	return memcmp((*x)->row->session.bytes, (*y)->row->session.bytes, ID_BYTES);
}

static struct report_session *
find_session(struct report_session *const *sorted, size_t count, const struct id *id)
{
	struct wire_audit_session row = { .session = *id };
	struct report_session key = { .row = &row }, *wanted = &key;
	struct report_session *const *found = count > 0 ? bsearch(&wanted, sorted, count, sizeof wanted, by_id) : NULL;

	return found != NULL ? *found : NULL;
}

/* Each entry that says so has its session. */
static void
match_entries(struct report *report, struct report_session *const *sorted)
{
	const struct report_log *log = &report->log;
	char id[ID_TEXT];

	for (size_t i = 0; i < log->count; i++) {
		struct fields fields = fields_of(log->entries + i * REPORT_ENTRY);
		struct report_session *session;

		if (fields.type != EVENT_ENTERED && fields.type != EVENT_SESSION_ENDED)
			continue;
		session = find_session(sorted, report->session_count, &fields.subject);
		if (session == NULL && fields.type == EVENT_ENTERED)
			fault(report, "entry %" PRId64 " says that session %s was entered; the gate does not tell of it", fields.seq, id_text(&fields.subject, id));
		if (session != NULL && fields.type == EVENT_SESSION_ENDED)
			session->ended = fields.seq;
		else if (session != NULL && session->entered < 0)
			session->entered = fields.seq;
	}
}

/* And each session that began in this time its entry, but for one that began as the time, or what is signed, was ending. */
static void
match_sessions(struct report *report)
{
	const struct report_log *log = &report->log;
	int64_t last_us = log->count > 0 ? fields_of(log->entries + (log->count - 1) * REPORT_ENTRY).time_us : report->from_us;
	char id[ID_TEXT];

	for (size_t i = 0; i < report->session_count; i++) {
		const struct report_session *session = &report->sessions[i];

		if (session->is_earlier)
			continue;
		report->proof.sessions++;
		if (session->entered >= 0 || session->row->started_us + EDGE_US >= report->end_us || (log->unsigned_entries > 0 && session->row->started_us >= last_us))
			continue;
		fault(report, "session %s is not in the log", id_text(&session->row->session, id));
	}
}

void
report_prove(struct report *report)
{
	struct report_session **sorted = own_alloc((report->session_count + 1) * sizeof *sorted);

	report->proof = (struct report_proof){ .is_checked = report->log.key[0] != '\0', .is_fine = true };
	for (size_t i = 0; i < report->session_count; i++)
		sorted[i] = &report->sessions[i];
	qsort(sorted, report->session_count, sizeof *sorted, by_id);
	if (report->proof.is_checked) {
		check_range(report);
		check_numbers(report);
		check_rows(report);
	}
	match_entries(report, sorted);
	if (report->proof.is_checked)
		match_sessions(report);
	for (size_t i = 0; i < report->event_count; i++)
		report->events[i].session = find_session(sorted, report->session_count, &report->events[i].row->subject);
	free(sorted);
}

/* A subtree out of what is known: leaves of the time, and the subtrees on both sides. */
static int
look(void *user, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	const struct report_log *log = user;
	const struct range *range = &log->range;
	uint64_t at = index << level, end = (index + 1) << level, from = 0;
	uint8_t left[TREE_HASH], right[TREE_HASH];
	int k, r;

	if (level == 0 && at >= range->first && at < range->end) {
		memcpy(hash, log->leaves[at - range->first], TREE_HASH);
		return 0;
	}
	for (size_t i = 0; end <= range->first && (k = range_level(from, range->first)) >= 0; from += UINT64_C(1) << k, i++)
		if (from == at && (unsigned)k == level) {
			memcpy(hash, range->left[i], TREE_HASH);
			return 0;
		}
	from = range->end;
	for (size_t i = 0; at >= range->end && (k = range_level(from, range->size)) >= 0; from += UINT64_C(1) << k, i++)
		if (from == at && (unsigned)k == level) {
			memcpy(hash, range->right[i], TREE_HASH);
			return 0;
		}
	if (level == 0)
		return ERR_PROOF;
	r = look(user, level - 1, 2 * index, left);
	if (r == 0)
		r = look(user, level - 1, 2 * index + 1, right);
	if (r == 0)
		tree_node(left, right, hash);
	return r;
}

int
report_prove_entry(const struct report *report, int64_t entry, struct tree_proof *proof)
{
	const struct report_log *log = &report->log;
	const struct tree_source source = { look, (void *)(uintptr_t)log };
	int r;

	if (report_entry(report, entry) == NULL)
		return ERR_PROOF;
	r = tree_prove_leaf(&source, (uint64_t)entry, log->range.size, proof);
	if (r < 0)
		return ERR_PROOF;
	return tree_check_leaf(&log->checkpoint.head, (uint64_t)entry, log->leaves[entry - log->first], proof) ? 0 : ERR_PROOF;
}
