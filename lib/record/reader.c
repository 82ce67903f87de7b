/* SPDX-License-Identifier: ISC */
/* Opening a recording and handing out its events. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/reading.h"

ssize_t
rec_read(struct rec_reader *r, enum rec_part part, uint64_t offset, void *to, size_t count)
{
	size_t done = 0;
	ssize_t got;

	while (done < count) {
		got = r->source.read_at(r->source.ctx, part, offset + done, (uint8_t *)to + done, count - done);
		if (got < 0)
			return got;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* The envelope, from the keyring or from behind the header; `room` keeps the latter. */
static int
open_envelope(struct rec_reader *r, const struct rec_keyring *keyring, struct rec_envelope *envelope)
{
	AUTO_FREE uint8_t *room = NULL;
	ssize_t got;

	if (keyring->envelope != NULL)
		return rec_envelope_open(keyring->envelope, keyring->envelope_bytes, keyring->identities, envelope);
	if (r->info.external)
		return ERR_REC_EXTERNAL;
	room = own_alloc(r->header.envelope_bytes);
	got = rec_read(r, REC_PART_FILE, REC_HEADER, room, r->header.envelope_bytes);
	if (got < 0)
		return (int)got;
	if ((size_t)got < r->header.envelope_bytes)
		return ERR_REC_DAMAGED;
	return rec_envelope_open(room, (size_t)got, keyring->identities, envelope);
}

static int
open_keys(struct rec_reader *r, const uint8_t header[REC_HEADER], const struct rec_keyring *keyring)
{
	AUTO_SECRET struct rec_envelope *envelope = secret_new(sizeof *envelope);
	int result;

	result = open_envelope(r, keyring, envelope);
	if (result < 0)
		return result;
	result = rec_header_check(header, envelope->ck0);
	if (result < 0) /* the right envelope, so it is the header that has changed */
		return memcmp(envelope->file_id, r->header.file_id, REC_FILE_ID) == 0 ? ERR_REC_DAMAGED : result;
	memcpy(r->ck0, envelope->ck0, REC_KEY);
	r->keys = rec_keys_new(r->ck0, r->header.file_id);
	return 0;
}

static int
open_header(struct rec_reader *r, const struct rec_keyring *keyring)
{
	uint8_t header[REC_HEADER];
	ssize_t got;
	int result;

	got = rec_read(r, REC_PART_FILE, 0, header, sizeof header);
	if (got < 0)
		return (int)got;
	if ((size_t)got < sizeof header)
		return ERR_REC_FORMAT;
	result = rec_header_get(header, &r->header);
	if (result < 0)
		return result;
	memcpy(r->info.id, r->header.file_id, sizeof r->info.id);
	r->info.start_wall_us = r->header.start_wall_us;
	r->info.columns = r->header.columns;
	r->info.rows = r->header.rows;
	r->info.external = (r->header.flags & REC_FLAG_EXTERNAL) != 0;
	r->first = REC_HEADER + r->header.envelope_bytes;
	return open_keys(r, header, keyring);
}

/* The first event of segment 0; whatever hinders that will be met by rec_reader_next. */
static void
read_meta(struct rec_reader *r)
{
	struct rec_event event;

	(void)rec_reader_next(r, &event);
	(void)rec_reader_rewind(r);
}

int
rec_reader_open(const struct rec_source *source, const struct rec_keyring *keyring, struct rec_reader **reader)
{
	AUTO_REC_READER struct rec_reader *r = own_alloc(sizeof *r);
	int result;

	r->source = *source;
	r->ck0 = secret_new(REC_KEY);
	r->info.duration_us = -1;
	buf_init(&r->plain, REC_SEGMENT_MOST + REC_FRAME_MOST);
	buf_init(&r->covered, REC_UNDECIDED_MOST);
	rec_pending_init(&r->pending);
	result = open_header(r, keyring);
	if (result < 0)
		return result;
	r->report.file_bytes = r->first;
	r->pos.offset = r->first;
	rec_footer_find(r);
	read_meta(r);
	r->info.meta = r->meta != NULL ? r->meta : "";
	*reader = TAKE(r, NULL);
	return 0;
}

void
rec_reader_free(struct rec_reader *r)
{
	if (r == NULL)
		return;
	rec_join_done(&r->join);
	rec_keys_free(r->keys);
	secret_free(r->ck0);
	buf_wipe(&r->plain);
	buf_done(&r->covered);
	rec_order_done(&r->order);
	rec_pending_done(&r->pending);
	free(r->marks);
	free(r->meta);
	free(r);
}

void
rec_reader_free_at(struct rec_reader **reader)
{
	rec_reader_free(*reader);
}

/* More events of the present segment into `plain`. 1, 0 if there are none now, an error. */
static int
load(struct rec_reader *r)
{
	int file, tail;

	file = rec_segment_load(r);
	if (file == 1 || r->file_stop == STOP_END)
		return file;
	if (file < 0 && file != ERR_REC_DAMAGED)
		return file;
	tail = rec_tail_load(r);
	for (int more = tail; more == 1;)	/* all there is, so that it can be put in order */
		more = rec_tail_load(r);
	if (tail == 0 && file == 0)
		file = rec_segment_load(r);	/* its writer may have moved the segment from there to here between our looks */
	return tail != 0 ? tail : file;
}

static int
take(struct rec_reader *r, struct rec_event *event)
{
	int result = rec_order_next(r, event);

	if (result == 1) {
		r->report.events++;
		r->report.end_us = event->t_us;
	}
	return result;
}

int
rec_reader_alone(struct rec_reader *r, struct rec_event *event)
{
	int result;

	for (;;) {
		result = take(r, event);
		if (result != 0)
			return result;
		if (r->pos.whole)
			rec_goto(r, r->keys->segment + 1, r->pos.next);
		result = load(r);
		if (result == 0 && r->wants_pending && r->file_stop != STOP_END)
			return rec_pending_next(r, event);
		if (result != 1)
			return result;
	}
}

int
rec_reader_next(struct rec_reader *r, struct rec_event *event)
{
	return r->join.trail != NULL ? rec_join_next(r, event) : rec_reader_alone(r, event);
}

void
rec_reader_wants_undecided(struct rec_reader *r)
{
	r->wants_pending = true;
}

int
rec_reader_envelope(const struct rec_reader *r, const struct layers_to *to, struct buf *envelope)
{
	return rec_envelope_seal(r->header.file_id, r->ck0, to, envelope);
}

const struct rec_info *
rec_reader_info(const struct rec_reader *r)
{
	return &r->info;
}

static void
describe(const struct rec_reader *r, char *text, size_t size)
{
	uint32_t segment = r->keys->segment;
	unsigned long long at = r->pos.offset;
	char when[CLOCK_TEXT];

	clock_short(r->report.end_us / CLOCK_US, when);
	if (r->file_stop == STOP_END && r->trailer_bad)
		snprintf(text, size, "the bytes behind the footer are damaged or missing; no event is");
	else if (r->file_stop == STOP_END || r->file_stop == STOP_NONE)
		text[0] = '\0';
	else if (r->file_stop == STOP_DAMAGED)
		snprintf(text, size, "it is damaged in segment %u (from byte %llu on); nothing after %s is shown", segment, at, when);
	else if (r->tail_stop == STOP_GAP && r->tail_segment > segment)
		snprintf(text, size, "segments %u to %u are missing between the file and its tail; nothing after %s is shown",
		    segment, r->tail_segment - 1, when);
	else if (r->tail_stop == STOP_DAMAGED || r->tail_stop == STOP_GAP)
		snprintf(text, size, "the tail is damaged in segment %u, after frame %u; nothing after %s is shown",
		    segment, r->pos.tail_frame, when);
	else if (r->file_stop == STOP_CUT && !r->report.tail_used)
		snprintf(text, size, "the file ends inside segment %u (from byte %llu on); nothing after %s is there", segment, at, when);
	else if (r->report.tail_used)
		snprintf(text, size, "it has no end: it is running, or its writer was killed at %s; all that was shown until then is here",
		    when);
	else
		snprintf(text, size, "it has no end: it is running, or was cut behind segment %u, at %s", segment, when);
}

static void
add_trail(struct rec_reader *r, const struct rec_report *trail)
{
	struct rec_report *report = &r->report;

	report->complete = report->complete && trail->complete;
	report->damaged = report->damaged || trail->damaged;
	report->tail_used = report->tail_used || trail->tail_used;
	if (report->missing[0] == '\0' && trail->missing[0] != '\0')
		snprintf(report->missing, sizeof report->missing, "of its trail: %.200s", trail->missing);
}

const struct rec_report *
rec_reader_report(struct rec_reader *r)
{
	r->report.complete = r->file_stop == STOP_END;
	r->report.damaged = r->file_stop == STOP_DAMAGED || (r->report.complete ? r->trailer_bad :
	    r->tail_stop == STOP_DAMAGED || r->tail_stop == STOP_GAP || (r->file_stop == STOP_CUT && !r->report.tail_used));
	r->report.undecided = rec_pending_characters(&r->pending);
	describe(r, r->report.missing, sizeof r->report.missing);
	if (r->join.trail != NULL)
		add_trail(r, rec_reader_report(r->join.trail));
	return &r->report;
}
