/* SPDX-License-Identifier: ISC */
/* Checking a log: entries and heads are walked side by side, and each head is held against the tree grown so far. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/store/copy.h"
#include "lib/store/head.h"
#include "lib/store/stmt.h"
#include "lib/store/verify.h"

static const char SQL_ENTRIES[] = "SELECT e.seq, e.entry, e.sealed, u.shredded_us FROM events e JOIN units u ON u.number = e.unit ORDER BY e.seq";
static const char SQL_HEADS[] = "SELECT size, note FROM heads ORDER BY size";

/* One walk. */
struct walk {
	struct store			*store;
	const struct verify_trust	*trust;
	struct verify_report		*report;
	sqlite3_stmt			*heads;		/* stands on the next one */
	int64_t				 head_size;	/* of that; -1: there are no more */
	struct tree			 tree;
	struct note_key			 epoch;		/* in force */
	bool				 has_epoch;
	int64_t				 handing;	/* size of the head that must hand over to the newest epoch; 0: it was seen */
	struct note_key			 clock;		/* the stable key as its own witness */
	struct copy_restored		 restored;	/* the last one */
	int64_t				 restored_at;	/* its entry */
};

/* clang-format off */
static const char *const names[VERIFY_VERDICTS] = {
	[VERIFY_FINE] = "fine", [VERIFY_EDITED] = "edited", [VERIFY_GAP] = "gap", [VERIFY_CUT] = "cut",
	[VERIFY_ROLLED_BACK] = "rolled-back", [VERIFY_RESIGNED] = "re-signed", [VERIFY_KEY_UNKNOWN] = "key-unknown",
};
/* clang-format on */

const char *
verify_name(enum verify_verdict verdict)
{
	return names[verdict];
}

/* 1: the walk is over. */
static int __attribute__((format(printf, 4, 5)))
fault(struct walk *walk, enum verify_verdict verdict, int64_t at, const char *format, ...)
{
	va_list args;

	walk->report->verdict = verdict;
	walk->report->at = at;
	va_start(args, format);
	vsnprintf(walk->report->why, sizeof walk->report->why, format, args);
	va_end(args);
	return 1;
}

static int
next_head(struct walk *walk)
{
	int r = stmt_step(walk->heads);

	walk->head_size = r > 0 ? sqlite3_column_int64(walk->heads, 0) : -1;
	return r < 0 ? r : 0;
}

/* Signed by the stable key, dated by it, and signed by the epoch that was in force. */
static int
check_signatures(struct walk *walk, const struct note *note)
{
	int64_t size = walk->head_size, time_s = 0;
	int r = note_verify(note, walk->trust->key, NULL);

	if (r == ERR_NOT_FOUND)
		return fault(walk, VERIFY_KEY_UNKNOWN, size, "The head of %" PRId64 " entries is not signed by the key %s.", size, walk->trust->key->name);
	if (r < 0)
		return fault(walk, VERIFY_RESIGNED, size, "The signature under the head of %" PRId64 " entries is false.", size);
	if (note_verify(note, &walk->clock, &time_s) < 0)
		return fault(walk, VERIFY_RESIGNED, size, "The head of %" PRId64 " entries has no signed time.", size);
	if (walk->has_epoch && note_verify(note, &walk->epoch, NULL) < 0)
		return fault(walk, VERIFY_RESIGNED, size, "The head of %" PRId64 " entries is not signed by %s, the key of its hour.", size, walk->epoch.name);
	walk->report->head_us = time_s * 1000000;
	return 0;
}

/* The head that stands next, of as many entries as the tree has now. */
static int
check_head(struct walk *walk)
{
	struct row row = { .stmt = walk->heads, .column = 1 };
	char *text = row_text(&row);
	struct checkpoint checkpoint;
	uint8_t root[TREE_HASH];
	struct note note;
	int64_t size = walk->head_size;
	int r;

	if (text == NULL || note_parse(text, strlen(text), &note) < 0 || checkpoint_parse(note.text, note.text_bytes, &checkpoint) < 0 ||
	    checkpoint.head.size != (uint64_t)size) {
		r = fault(walk, VERIFY_RESIGNED, size, "The head of %" PRId64 " entries is no signed head.", size);
	} else {
		r = check_signatures(walk, &note);
		tree_root(&walk->tree, root);
		if (r == 0 && memcmp(root, checkpoint.head.root, TREE_HASH) != 0)
			r = fault(walk, VERIFY_EDITED, size, "Something in the %" PRId64 " entries before number %" PRId64 " is not what was signed.",
			    size - walk->report->covered, size);
	}
	free(text);
	if (r != 0)
		return r;
	walk->report->heads++;
	walk->report->covered = size;
	return next_head(walk);
}

static int
check_pins(struct walk *walk)
{
	uint8_t root[TREE_HASH];

	for (size_t i = 0; i < walk->trust->pin_count; i++) {
		const struct tree_head *pin = &walk->trust->pins[i].head;

		if (pin->size != walk->tree.size)
			continue;
		tree_root(&walk->tree, root);
		if (memcmp(root, pin->root, TREE_HASH) != 0 && walk->report->restored > 0) {
			walk->report->lost_pins++;	/* of the entries that were lost, which the end tells */
			continue;
		}
		if (memcmp(root, pin->root, TREE_HASH) != 0)
			return fault(walk, VERIFY_RESIGNED, (int64_t)pin->size,
			    "The first %" PRIu64 " entries are others than those that were pinned, although their signatures hold.", pin->size);
		walk->report->pins++;
	}
	return 0;
}

/* All that speaks of the log with as many entries as were walked over. */
static int
check_size(struct walk *walk)
{
	int64_t size = (int64_t)walk->tree.size;
	int r = 0;

	if (walk->head_size == size) {
		r = check_head(walk);
		if (r == 0 && walk->handing == size)
			walk->handing = 0;
	}
	return r != 0 ? r : check_pins(walk);
}

/* From the entry behind a handing over on, the new epoch's key is in force. */
static int
begin_epoch(struct walk *walk, const uint8_t entry[EVENT_ENTRY], int64_t seq)
{
	struct event event = { 0 };
	char name[NOTE_NAME + 16];

	memcpy(event.subject.bytes, entry + 28, ID_BYTES);
	snprintf(name, sizeof name, "%s/e%" PRIu32, walk->trust->key->name, head_epoch_number(&event));
	if (note_key_make(name, NOTE_ED25519, entry + EVENT_FACT_AT, &walk->epoch) < 0)
		return fault(walk, VERIFY_EDITED, seq, "Entry %" PRId64 " names an epoch without a key.", seq);
	walk->has_epoch = true;
	walk->report->epochs++;
	return 0;
}

static uint16_t
entry_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* From here on other entries may have stood before, and the epoch's key of then is lost. */
static void
take_restored(struct walk *walk, const uint8_t entry[EVENT_ENTRY], int64_t seq)
{
	copy_read_restored(entry + EVENT_FACT_AT, &walk->restored);
	walk->restored_at = seq;
	walk->report->restored++;
	walk->has_epoch = false;
}

/* Its number, and the text that it commits to. */
static int
check_entry(struct walk *walk, struct row *row, const uint8_t **entry)
{
	int64_t seq = row_int(row), wanted = (int64_t)walk->tree.size;
	const uint8_t *sealed;
	uint8_t sha256[SECRET_SHA256], number[8];
	size_t count, sealed_count;
	bool is_fact;

	*entry = row_bytes(row, &count);
	sealed = row_bytes(row, &sealed_count);
	if (seq != wanted)
		return fault(walk, VERIFY_GAP, wanted, "Entry %" PRId64 " is missing; the next one is %" PRId64 ".", wanted, seq);
	for (int i = 0; i < 8; i++)
		number[i] = (uint8_t)((uint64_t)seq >> (56 - 8 * i));
	if (row->error < 0 || *entry == NULL || count != EVENT_ENTRY || memcmp(*entry, "AE01", 4) != 0 || memcmp(*entry + 4, number, 8) != 0)
		return fault(walk, VERIFY_EDITED, seq, "Entry %" PRId64 " is not in its place.", seq);
	is_fact = (entry_u16(*entry + 22) & EVENT_FACT) != 0;
	if (sealed == NULL && !is_fact) {
		walk->report->expired++;
		if (row_int(row) == 0)
			return fault(walk, VERIFY_EDITED, seq, "The text of entry %" PRId64 " is gone, although its key was never erased.", seq);
	} else if (!is_fact) {
		secret_sha256(sealed, sealed_count, sha256);
		if (memcmp(sha256, *entry + EVENT_FACT_AT, sizeof sha256) != 0)
			return fault(walk, VERIFY_EDITED, seq, "The text of entry %" PRId64 " is not the one that was logged.", seq);
	}
	return 0;
}

static int
take_entry(struct walk *walk, struct row *row)
{
	const uint8_t *entry;
	uint8_t leaf[TREE_HASH];
	int64_t seq;
	int r = check_entry(walk, row, &entry);

	if (r != 0)
		return r;
	seq = (int64_t)walk->tree.size;
	tree_leaf(entry, EVENT_ENTRY, leaf);
	tree_append(&walk->tree, leaf, NULL, NULL);
	if (entry_u16(entry + 20) == HEAD_EPOCH_TYPE)
		walk->handing = seq + 1;
	if (entry_u16(entry + 20) == EVENT_RESTORED && (entry_u16(entry + 22) & EVENT_FACT) != 0)
		take_restored(walk, entry, seq);
	r = check_size(walk);
	if (r != 0 || entry_u16(entry + 20) != HEAD_EPOCH_TYPE)
		return r;
	if (walk->handing != 0)
		return fault(walk, VERIFY_RESIGNED, seq + 1, "The key was changed at entry %" PRId64 " without the signature of the one before.", seq);
	return begin_epoch(walk, entry, seq);
}

static int
walk_entries(struct walk *walk)
{
	AUTO_STMT sqlite3_stmt *entries = NULL;
	int r = stmt_open(walk->store, SQL_ENTRIES, NO_BINDS, &entries);

	if (r == 0 && walk->head_size < 0)
		return fault(walk, VERIFY_KEY_UNKNOWN, 0, "No head of this log was ever signed: nothing vouches for it.");
	if (r == 0)
		r = check_size(walk);	/* a head of nothing */
	while (r == 0 && (r = stmt_step(entries)) > 0) {
		struct row row = { .stmt = entries };

		r = take_entry(walk, &row);
	}
	return r;
}

/* A restore that the log tells of is a gap, whoever ordered it; everything that is there was checked. */
static int
tell_gap(struct walk *walk)
{
	char made[CLOCK_TEXT], lost[64] = "";
	int64_t most = walk->restored.lost_to;

	for (size_t i = 0; i < walk->trust->pin_count; i++) {
		bool is_lost = walk->trust->pins[i].head.size > walk->tree.size;

		walk->report->lost_pins += is_lost;
		if (is_lost && (int64_t)walk->trust->pins[i].head.size > most)
			most = (int64_t)walk->trust->pins[i].head.size;
	}
	if (most > walk->restored_at)
		snprintf(lost, sizeof lost, "; %" PRId64 " had been signed", most);
	return fault(walk, VERIFY_GAP, walk->restored_at, "Entries from %" PRId64 " on were lost: entry %" PRId64 " says that the log was put back from a backup of %s%s.",
	    walk->restored.entries, walk->restored_at, clock_utc(walk->restored.made_s * CLOCK_US, made), lost);
}

/* What is left when all entries have been walked over. */
static int
check_rest(struct walk *walk)
{
	int64_t size = (int64_t)walk->tree.size;

	if (walk->head_size >= 0)
		return fault(walk, VERIFY_CUT, size, "A head of %" PRId64 " entries was signed; only %" PRId64 " are there.", walk->head_size, size);
	if (walk->report->restored > 0)
		return tell_gap(walk);
	for (size_t i = 0; i < walk->trust->pin_count; i++)
		if (walk->trust->pins[i].head.size > walk->tree.size)
			return fault(walk, VERIFY_ROLLED_BACK, size, "%" PRIu64 " entries were pinned; only %" PRId64 " are there.",
			    walk->trust->pins[i].head.size, size);
	return 0;
}

int
verify_log(struct store *store, const struct verify_trust *trust, struct verify_report *report)
{
	struct walk walk = { .store = store, .trust = trust, .report = report };
	int r;

	*report = (struct verify_report){ 0 };
	r = note_key_make(trust->key->name, NOTE_COSIGNATURE, trust->key->public, &walk.clock);
	if (r == 0)
		r = stmt_open(store, SQL_HEADS, NO_BINDS, &walk.heads);
	if (r == 0)
		r = next_head(&walk);
	if (r == 0)
		r = walk_entries(&walk);
	if (r == 0)
		r = check_rest(&walk);
	stmt_close(&walk.heads);
	report->entries = (int64_t)walk.tree.size;
	return r < 0 ? r : 0;
}
