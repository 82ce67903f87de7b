/* SPDX-License-Identifier: ISC */
/* Reports: an act in the log, then everything about a time, in pages, with what proves that nothing is left out. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/proof/note.h"
#include "lib/proof/range.h"
#include "lib/store/head.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_head.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_report.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_versions.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/signer.h"
#include "recorder/policy/policy.h"

/* What is proven, while the answer is made. */
struct proving {
	struct head	 head;
	struct range	*range;
	struct buf	 proof;
	char		 log[NOTE_VKEY];
};

static void
proving_done(struct proving *proving)
{
	head_done(&proving->head);
	buf_done(&proving->proof);
	free(proving->range);
}

/* Before anything is told; *entry is its number. */
static int
log_act(struct peer *peer, const struct wire_audit *question, const struct wire_audit_row *row, int64_t *entry)
{
	AUTO_FREE char *reason = gate_mask_text(peer->gate, "", question->reason);
	AUTO_FREE char *what = gate_mask_text(peer->gate, "", question->what);
	char from[CLOCK_TEXT], end[CLOCK_TEXT];
	int r = event_count(peer->gate->store, entry);

	return r < 0 ? r : gate_say(peer->gate, LOG_REPORTED, NULL, "%s reports on %s to %s%s%s: " LOG_WORDS "%s", peer_person(peer),
	    clock_utc(row->from_us, from), clock_utc(row->end_us, end), what[0] != '\0' ? ", " : "", what, reason);
}

/* The newest head covers the act itself, too, unless an epoch ends right now. */
static int
prove(struct peer *peer, int64_t known, struct wire_audit_row *row, struct proving *proving)
{
	struct tree_source source = head_source(peer->gate->store);
	struct tree_proof growth = { .count = 0 };
	struct range *range = proving->range;
	int r = peer->gate->heads.signer != NULL ? head_get(peer->gate->store, INT64_MAX, &proving->head) : ERR_NOT_FOUND;

	if (r == ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	note_key_print(signer_key(peer->gate->heads.signer), proving->log);
	row->size = proving->head.size;
	row->unsigned_entries = row->end > row->size ? row->end - (row->first > row->size ? row->first : row->size) : 0;
	range->first = (uint64_t)(row->first < row->size ? row->first : row->size);
	range->end = (uint64_t)(row->end < row->size ? row->end : row->size);
	range->size = (uint64_t)row->size;
	r = range_prove(&source, range);
	if (r == 0 && known > 0 && known <= row->size)
		r = tree_prove_growth(&source, (uint64_t)known, range->size, &growth);
	return r < 0 ? r : buf_add(&proving->proof, growth.hash, growth.count * TREE_HASH);
}

static void
put_row(struct peer *peer, struct wire_audit_row *row, struct proving *proving)
{
	struct range *range = proving->range;

	row->log = proving->log;
	if (proving->head.note != NULL) {
		row->note = (struct wire_bytes){ (uint8_t *)proving->head.note, strlen(proving->head.note) };
		row->proof = (struct wire_bytes){ proving->proof.bytes, buf_len(&proving->proof) };
		row->left = (struct wire_bytes){ range->left[0], range->left_count * TREE_HASH };
		row->right = (struct wire_bytes){ range->right[0], range->right_count * TREE_HASH };
	}
	peer_put(peer, WIRE_AUDIT_ROW, row);
	peer_done(peer, "%s", "");
}

/* The same act once more, for the way from a head that the peer has looked up meanwhile. */
static bool
is_again(const struct peer *peer, const struct wire_audit *question)
{
	const struct peer_audit *audit = &peer->audit;

	return audit->is_open && question->known > 0 && question->from_us == audit->from_us && question->end_us == audit->end_us;
}

int
on_audit(struct peer *peer, const void *fields)
{
	const struct wire_audit *question = fields;
	AUTO_FREE char *host = own_dup(peer->gate->policy->host);
	struct proving proving AUTO(proving_done) = { .proof.max = 4096, .range = own_alloc(sizeof *proving.range) };
	struct wire_audit_row row = { .host = host, .from_us = question->from_us };
	int r;

	if (!gate_audit_may(peer))
		return 0;
	row.end_us = question->end_us != 0 ? question->end_us : gate_now(peer->gate).wall_us + 1;
	if (row.from_us < 0 || row.from_us >= row.end_us) {
		peer_fail(peer, STATUS_USAGE, "the time of a report begins before it ends");
		return 0;
	}
	if (!is_again(peer, question)) {
		r = log_act(peer, question, &row, &row.entry);
		if (r < 0)
			return r;
		if (question->end_us == 0)	/* with the act itself */
			row.end_us = gate_now(peer->gate).wall_us + 1;
		gate_head_tick(peer->gate);
	}
	r = event_range(peer->gate->store, row.from_us, row.end_us, &row.first, &row.end);
	if (r == 0)
		r = prove(peer, question->known, &row, &proving);
	if (r < 0)
		return r;
	peer->audit = (struct peer_audit){ .is_open = true, .from_us = row.from_us, .end_us = row.end_us, .first = row.first, .end = row.end };
	put_row(peer, &row, &proving);
	return 0;
}

int
report_page_next(struct report_page *page, size_t bytes)
{
	page->rows++;
	page->bytes += bytes;
	page->is_full = page->rows >= REPORT_PAGE || page->bytes >= REPORT_BYTES;
	return page->peer->broken ? ERR_PEER_GONE : page->is_full;
}

/* clang-format off */
static const struct {
	const char	*what;
	int		(*put)(struct report_page *page);
} pages[] = {
	{ WIRE_PAGE_SESSIONS, report_sessions },
	{ WIRE_PAGE_REQUESTS, report_requests },
	{ WIRE_PAGE_EVENTS, report_events },
};
/* clang-format on */

int
on_page(struct peer *peer, const void *fields)
{
	const struct wire_page *question = fields;
	struct report_page page = { .peer = peer, .after = question->after, .after_id = question->after_id };
	struct wire_page_end end = { .more = false };
	int r = ERR_NOT_FOUND;

	if (!gate_audit_may(peer))
		return 0;
	if (!peer->audit.is_open)
		return ERR_NO_RIGHT;
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (strcmp(question->what, pages[i].what) == 0)
			r = pages[i].put(&page);
	if (r < 0)
		return r;
	end.more = page.is_full;
	end.after = page.after;
	end.after_id = page.after_id;
	peer_put(peer, WIRE_PAGE_END, &end);
	return 0;
}

int
on_kept(struct peer *peer, const void *fields)
{
	const struct wire_kept *question = fields;
	AUTO_FREE char *text = NULL;
	struct wire_kept_row row = { .size = 0 };
	size_t count = 0, at;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	if (question->sha256.count != SECRET_SHA256 || question->offset < 0)
		return ERR_MSG_LENGTH;
	r = gate_version_read(peer->gate, question->sha256.data, &text, &count);
	if (r < 0)
		return r == -ENOENT ? ERR_NOT_FOUND : r;
	at = (uint64_t)question->offset < count ? (size_t)question->offset : count;
	row.size = (int64_t)count;
	row.bytes = (struct wire_bytes){ (uint8_t *)text + at, count - at < WIRE_CHUNK ? count - at : WIRE_CHUNK };
	peer_put(peer, WIRE_KEPT_ROW, &row);
	peer_done(peer, "%s", "");
	return 0;
}
