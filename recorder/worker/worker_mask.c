/* SPDX-License-Identifier: ISC */
/*
 * Masking between the session and everybody: what the command puts out goes through a mask_stream, whose decided bytes are
 * recorded and whose screen is the stage. What is undecided stands covered in the recording's tail before it is shown.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/writer.h"
#include "recorder/keeper/contract.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_stream.h"
#include "recorder/mask/mask_text.h"
#include "recorder/worker/worker.h"

#define EVENT_BYTES	(32u * 1024)	/* of output in one event */
#define DECIDED_MOST	(1u << 20)
#define PIECES_MOST	4096
#define REPORT_MOST	1800		/* bytes of a report's text */

static int
read_rules(struct mask_rules **rules)
{
	char *bytes = NULL;
	size_t count = 0;
	int r = fdio_slurp(WORKER_RULES, MASK_RULES_PACKED, &bytes, &count);

	if (r == 0)
		r = mask_rules_unpack((const uint8_t *)bytes, count, rules);
	free(bytes);
	close(WORKER_RULES);
	return r;
}

static void
take_record(void *user, const uint8_t *bytes, size_t count)
{
	struct masked *masked = user;

	if (buf_add(&masked->decided, bytes, count) < 0)
		masked->is_lost = true;
}

static void
take_screen(void *user, const uint8_t *bytes, size_t count)
{
	struct masked *masked = user;

	if (buf_add(masked->stage, bytes, count) < 0)
		masked->is_lost = true;
}

static void
take_came(void *user, int64_t us)
{
	struct masked *masked = user;
	const struct decided piece = { .from = buf_len(&masked->decided), .came_us = us };

	(void)buf_add(&masked->pieces, &piece, sizeof piece);	/* if they are too many, the last ones come at one time */
}

static void
open_stream(struct worker *w, struct masked *masked, const uint8_t key[SECRET_KEY])
{
	struct mask_params params = { .cols = (int)w->port.cols, .rows = (int)w->port.rows, .is_any = !w->start->tty,
		.is_afloat = !w->start->gate, .key = key, .record = take_record, .screen = take_screen, .came = take_came, .user = masked };

	buf_init(&masked->decided, DECIDED_MOST);
	buf_init(&masked->pieces, PIECES_MOST * sizeof(struct decided));
	masked->stream = mask_stream_new(w->mask.match, &params);
}

int
masking_open(struct worker *w)
{
	struct worker_mask *mask = &w->mask;
	uint8_t key[SECRET_KEY];
	int r;

	mask->out = (struct masked){ .kind = REC_OUTPUT, .stage = &w->tape.out };
	mask->err = (struct masked){ .kind = REC_ERROR_OUTPUT, .stage = &w->tape.err };
	if (!w->start->mask)
		return 0;
	r = read_rules(&mask->rules);
	if (r < 0 || (w->start->mask_key.count != 0 && w->start->mask_key.count != sizeof key))
		return ERR_MASK_RULES;
	r = mask_match_slow(mask->rules, &mask->match);
	if (r < 0)
		return r;
	randombytes_buf(key, sizeof key);
	if (w->start->mask_key.count == sizeof key)
		memcpy(key, w->start->mask_key.data, sizeof key);
	mask->told = own_alloc((mask_rules_entries(mask->rules) + 1) * sizeof *mask->told);
	open_stream(w, &mask->out, key);
	if (!w->start->tty)
		open_stream(w, &mask->err, key);
	sodium_memzero(key, sizeof key);
	return 0;
}

void
masking_done(struct worker_mask *mask)
{
	mask_stream_free(mask->out.stream);
	mask_stream_free(mask->err.stream);
	buf_done(&mask->out.decided);
	buf_done(&mask->out.pieces);
	buf_done(&mask->err.decided);
	buf_done(&mask->err.pieces);
	mask_match_free(mask->match);
	mask_rules_free(mask->rules);
	free(mask->told);
	*mask = (struct worker_mask){ .match = NULL };
}

/* Decided bytes that came at one time. */
static void
give_piece(struct worker *w, const struct masked *masked, const struct decided *piece, size_t to)
{
	for (size_t at = piece->from; at < to; at += EVENT_BYTES) {
		struct rec_event event = { .kind = masked->kind, .bytes = buf_data(&masked->decided) + at,
			.count = to - at < EVENT_BYTES ? to - at : EVENT_BYTES };

		if (w->start->tty && piece->came_us != 0)
			tape_put_came(w, &event, piece->came_us);
		else
			tape_put(w, &event);
	}
}

/* What has been decided into the recording, and the next moment at which there is something to do. */
static void
give(struct worker *w, struct masked *masked)
{
	size_t count = buf_len(&masked->decided), pieces = buf_len(&masked->pieces) / sizeof(struct decided);
	int64_t due = mask_stream_due(masked->stream);

	for (size_t i = 0; i < pieces; i++) {
		struct decided two[2] = { { .from = 0 }, { .from = count } };

		memcpy(two, buf_data(&masked->pieces) + i * sizeof *two, (i + 1 < pieces ? 2 : 1) * sizeof *two);
		give_piece(w, masked, &two[0], two[1].from);
	}
	buf_clear(&masked->decided);
	buf_clear(&masked->pieces);
	w->tape.is_dirty = true;
	if (due != 0 && (w->due[DUE_MASK] == 0 || due < w->due[DUE_MASK]) && w->phase < WORKER_CLOSING)
		w->due[DUE_MASK] = due;
	if (masked->is_lost)
		end_begin(w, WHY_RECORDING, NULL, "there was too much output to be masked at once");
}

void
masking_write(struct worker *w, bool is_err, const uint8_t *bytes, size_t count)
{
	struct masked *masked = is_err ? &w->mask.err : &w->mask.out;

	while (count > 0) {
		size_t piece = is_err ? count : input_piece(w, bytes, count);

		mask_stream_write(masked->stream, bytes, piece, clock_boot_us());
		if (!is_err)
			input_masked(w, bytes, piece);
		bytes += piece;
		count -= piece;
	}
	give(w, masked);
}

/* Both streams, or the one there is. */
static void
for_streams(struct worker *w, void (*act)(struct mask_stream *stream, int64_t now_us))
{
	struct masked *const all[] = { &w->mask.out, &w->mask.err };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (all[i]->stream == NULL)
			continue;
		act(all[i]->stream, clock_boot_us());
		give(w, all[i]);
	}
}

void
masking_typed(struct worker *w)
{
	if (w->mask.out.stream != NULL)
		mask_stream_typed(w->mask.out.stream, clock_boot_us());
}

void
masking_resize(struct worker *w)
{
	if (w->mask.out.stream == NULL)
		return;
	mask_stream_resize(w->mask.out.stream, (int)w->port.cols, (int)w->port.rows, clock_boot_us());
	give(w, &w->mask.out);
}

void
masking_flush(struct worker *w)
{
	for_streams(w, mask_stream_flush);
}

void
masking_tick(struct worker *w)
{
	if (w->tape.is_held || w->tape.is_closing)
		return;	/* nothing may be shown now; tape_retry() comes back to it */
	for_streams(w, mask_stream_tick);
	tape_seal(w);
}

static int
tell_undecided(struct worker *w, struct masked *masked)
{
	AUTO_BUF struct buf veiled = { .max = 2 * REC_UNDECIDED_MOST };
	size_t left;

	if (masked->stream == NULL)
		return 0;
	left = mask_stream_undecided(masked->stream, &veiled);
	return rec_writer_undecided(w->tape.writer, masked->kind, buf_data(&veiled), buf_len(&veiled), left);
}

int
masking_undecided(struct worker *w)
{
	int r = tell_undecided(w, &w->mask.out);

	return r < 0 ? r : tell_undecided(w, &w->mask.err);
}

static uint64_t
hits(const struct worker_mask *mask, size_t rule)
{
	return mask_stream_rule_hits(mask->out.stream, rule) + (mask->err.stream != NULL ? mask_stream_rule_hits(mask->err.stream, rule) : 0);
}

void
masking_count(struct worker *w)
{
	struct worker_mask *mask = &w->mask;
	uint8_t room[REC_PAYLOAD];
	struct rec_event event;

	for (size_t i = 0; mask->out.stream != NULL && i < mask_rules_entries(mask->rules); i++) {
		uint64_t now = hits(mask, i);
		struct rec_masked masked = { .count = (uint32_t)(now - mask->told[i]) };

		if (now == mask->told[i])
			continue;
		snprintf(masked.rule, sizeof masked.rule, "%s", mask_rules_face(mask->rules, i).name);
		rec_event_make_masked(&event, &masked, room);
		tape_put(w, &event);
		mask->told[i] = now;
	}
}

static void
add_counts(struct mask_counts *sum, const struct mask_stream *stream)
{
	struct mask_counts counts;

	if (stream == NULL)
		return;
	mask_stream_counts(stream, &counts);
	sum->hits += counts.hits;
	sum->failed += counts.failed;
	sum->late += counts.late;
	sum->shown += counts.shown;
	sum->shown_us = counts.shown_us > sum->shown_us ? counts.shown_us : sum->shown_us;
}

/* For auditors: what got past, and for how long. */
static void
note_counts(struct worker *w, const struct mask_counts *counts)
{
	char text[160];

	if (counts->shown > 0) {
		snprintf(text, sizeof text, "masking: %" PRIu64 " characters stood on the screen before they were covered, for up to %" PRId64 " ms",
		    counts->shown, counts->shown_us / 1000);
		tape_text(w, REC_STATE, text);
	}
	if (counts->late > 0) {
		snprintf(text, sizeof text, "masking: %" PRIu64 " characters of values were recorded before they were known as such", counts->late);
		tape_text(w, REC_STATE, text);
	}
	if (counts->failed > 0) {
		snprintf(text, sizeof text, "masking: %" PRIu64 " lines were covered whole, as a rule took too long", counts->failed);
		tape_text(w, REC_STATE, text);
	}
}

static void
report_counts(struct worker *w, const struct mask_counts *counts)
{
	AUTO_BUF struct buf text;
	AUTO_FREE char *said = NULL;
	struct worker_news news = { .type = "masked", .a = (int64_t)counts->hits, .b = (int64_t)counts->shown, .c = counts->shown_us };

	buf_init(&text, REPORT_MOST);
	for (size_t i = 0; i < mask_rules_entries(w->mask.rules); i++)
		if (hits(&w->mask, i) > 0)
			(void)buf_addf(&text, "%s%s=%" PRIu64, buf_len(&text) > 0 ? " " : "", mask_rules_face(w->mask.rules, i).name, hits(&w->mask, i));
	said = buf_text(&text);
	news.text = said;
	if (counts->hits > 0)
		gate_report(w, &news);
}

void
masking_end(struct worker *w)
{
	struct mask_counts counts = { .hits = 0 };

	if (w->mask.out.stream == NULL || w->mask.is_over)
		return;
	w->mask.is_over = true;
	masking_flush(w);
	masking_count(w);
	add_counts(&counts, w->mask.out.stream);
	add_counts(&counts, w->mask.err.stream);
	note_counts(w, &counts);
	report_counts(w, &counts);
}

char *
masking_text(struct worker *w, const char *text)
{
	char *copy = own_dup(text);

	if (w->mask.match != NULL)
		(void)mask_text_cover(w->mask.match, copy);
	return copy;
}
