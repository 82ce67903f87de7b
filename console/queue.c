/* SPDX-License-Identifier: ISC */
/* The rows, their order, the filter and the pointer. Knows neither the screen nor the wire's questions. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/queue.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"

void
queue_init(struct queue *queue)
{
	*queue = (struct queue){ .filter = own_dup("") };
}

static void
row_free(struct row *row)
{
	wire_message_done(&row->message);
	free(row);
}

void
queue_done(struct queue *queue)
{
	for (enum list list = 0; list < LIST_COUNT; list++) {
		for (size_t i = 0; i < queue->lists[list].count; i++)
			row_free(queue->lists[list].row[i]);
		free(queue->lists[list].row);
	}
	free(queue->filter);
	*queue = (struct queue){ 0 };
}

const struct wire_request_row *
row_request(const struct row *row)
{
	return row->list == LIST_WAITING || row->list == LIST_REVIEW ? row->message.fields : NULL;
}

const struct wire_grant_row *
row_grant(const struct row *row)
{
	return row->list == LIST_GRANTED ? row->message.fields : NULL;
}

const struct wire_session_row *
row_session(const struct row *row)
{
	return row->list == LIST_RUNNING ? row->message.fields : NULL;
}

/* One of these texts, by the row's kind. */
static const char *
pick(const struct row *row, const char *const texts[LIST_COUNT])
{
	return texts[row->list] != NULL ? texts[row->list] : "";
}

#define PICK(row, waiting, granted, running) \
	pick(row, (const char *const[LIST_COUNT]){ \
	    [LIST_REVIEW] = (row)->list == LIST_REVIEW ? (waiting) : NULL, \
	    [LIST_WAITING] = (row)->list == LIST_WAITING ? (waiting) : NULL, \
	    [LIST_GRANTED] = (row)->list == LIST_GRANTED ? (granted) : NULL, \
	    [LIST_RUNNING] = (row)->list == LIST_RUNNING ? (running) : NULL })

const char *
row_role(const struct row *row)
{
	return PICK(row, row_request(row)->role, row_grant(row)->role, row_session(row)->role);
}

const char *
row_opens(const struct row *row)
{
	const struct wire_request_row *request = row_request(row);

	return request != NULL && !id_is_zero(&request->opens) ? "open " : "";
}

const char *
row_person(const struct row *row)
{
	return PICK(row, row_request(row)->person, row_grant(row)->person, row_session(row)->person);
}

const char *
row_reason(const struct row *row)
{
	return PICK(row, row_request(row)->reason, row_grant(row)->reason, row_session(row)->reason);
}

const char *
queue_sign_why(const struct queue *queue, const struct row *row)
{
	const struct wire_request_row *request = row_request(row);

	if (request == NULL || row->list != LIST_WAITING || !request->can)
		return NULL;
	if (row->key_why[0] != '\0')
		return row->key_why;
	return request->signs ? queue->sign_why : NULL;
}

/* As the gate says it beside the session. */
bool
row_waits(const struct row *row)
{
	static const char words[] = "waits for a yes or no";
	const struct wire_session_row *session = row_session(row);

	return session != NULL && row->gone_us == 0 && strncmp(session->why, words, sizeof words - 1) == 0;
}

const char *
row_host(const struct row *row)
{
	return PICK(row, row_request(row)->host, "", row_session(row)->host);
}

static void
name_row(struct row *row)
{
	const struct wire_request_row *request = row_request(row);
	const struct wire_grant_row *grant = row_grant(row);
	const struct wire_session_row *session = row_session(row);
	char id[ID_TEXT];

	if (request != NULL) {
		row->id = request->request;
		row->since_us = request->created_us;
		row->key_why[0] = '\0';
		if (request->keys > 0)
			snprintf(row->key_why, sizeof row->key_why, "it takes your key: postern grant %.*s --identity FILE", ID_SHORT,
			    id_text(&request->request, id));
	} else if (grant != NULL) {
		row->id = grant->grant;
		row->since_us = grant->usable_us;
	} else {
		row->id = session->session;
		row->since_us = session->started_us;
	}
}

struct row *
queue_find(const struct queue *queue, enum list list, unsigned link, const struct id *id)
{
	const struct rows *rows = &queue->lists[list];

	for (size_t i = 0; i < rows->count; i++)
		if (rows->row[i]->link == link && id_equal(&rows->row[i]->id, id))
			return rows->row[i];
	return NULL;
}

/* Behind all that are as old: what is on the screen already is not pushed away by a newcomer. */
static void
insert(struct rows *rows, struct row *row)
{
	size_t at = rows->count;

	rows->row = own_grow(rows->row, rows->count + 1, sizeof(struct row *));
	while (at > 0 && rows->row[at - 1]->since_us > row->since_us) {
		rows->row[at] = rows->row[at - 1];
		at--;
	}
	rows->row[at] = row;
	rows->count++;
}

void
queue_begin(struct queue *queue, enum list list, unsigned link)
{
	struct rows *rows = &queue->lists[list];

	for (size_t i = 0; i < rows->count; i++)
		if (rows->row[i]->link == link)
			rows->row[i]->listed = false;
}

void
queue_put(struct queue *queue, enum list list, unsigned link, struct wire_message *message)
{
	struct row fresh = { .message = TAKE(*message, (struct wire_message){ 0 }), .list = list, .link = link,
		.listed = true };
	struct row *row;

	name_row(&fresh);
	row = queue_find(queue, list, link, &fresh.id);
	if (row == NULL) {
		row = own_alloc(sizeof *row);
		*row = fresh;
		insert(&queue->lists[list], row);
		queue->alarm = queue->alarm || list == LIST_REVIEW;
		return;
	}
	wire_message_done(&row->message);
	*row = fresh;	/* in its old place */
}

void
queue_end(struct queue *queue, enum list list, unsigned link, int64_t now_us)
{
	struct rows *rows = &queue->lists[list];

	for (size_t i = 0; i < rows->count; i++) {
		struct row *row = rows->row[i];

		if (row->link == link && !row->listed && row->gone_us == 0)
			row->gone_us = now_us;
	}
}

void
queue_recent(struct queue *queue, enum list list, unsigned link, struct wire_message *message)
{
	struct row fresh = { .message = TAKE(*message, (struct wire_message){ 0 }), .list = list, .link = link };
	const struct wire_request_row *request = row_request(&fresh);
	struct row *row;

	name_row(&fresh);
	if (request != NULL && request->decided_us > queue->decided_us)
		queue->decided_us = request->decided_us;
	row = queue_find(queue, list, link, &fresh.id);
	if (row != NULL && row->gone_us != 0) {
		struct wire_message old = row->message;

		row->message = fresh.message;
		fresh.message = old;
	}
	wire_message_done(&fresh.message);
}

static bool
contains(const char *text, const char *filter)
{
	return strcasestr(text, filter) != NULL;
}

bool
queue_shows(const struct queue *queue, const struct row *row)
{
	const char *f = queue->filter;

	return f[0] == '\0' || contains(row_role(row), f) || contains(row_person(row), f) ||
	    contains(row_reason(row), f) || contains(row_host(row), f) ||
	    (row_request(row) != NULL && contains(row_request(row)->asks, f));
}

size_t
queue_shown(const struct queue *queue, enum list list)
{
	size_t count = 0;

	for (size_t i = 0; i < queue->lists[list].count; i++)
		count += queue_shows(queue, queue->lists[list].row[i]);
	return count;
}

size_t
queue_live(const struct queue *queue, enum list list)
{
	size_t count = 0;

	for (size_t i = 0; i < queue->lists[list].count; i++)
		count += queue->lists[list].row[i]->gone_us == 0;
	return count;
}

/* The nth row that is shown, counted through all lists; NULL behind the last. */
static struct row *
shown_at(const struct queue *queue, long n)
{
	for (enum list list = 0; list < LIST_COUNT; list++)
		for (size_t i = 0; i < queue->lists[list].count; i++)
			if (queue_shows(queue, queue->lists[list].row[i]) && n-- == 0)
				return queue->lists[list].row[i];
	return NULL;
}

static long
shown_all(const struct queue *queue)
{
	long count = 0;

	for (enum list list = 0; list < LIST_COUNT; list++)
		count += (long)queue_shown(queue, list);
	return count;
}

/* The pointer's place among the shown rows; -1 if it has none. */
static long
place_of(const struct queue *queue, const struct row *row)
{
	long n = 0;

	for (enum list list = 0; list < LIST_COUNT; list++)
		for (size_t i = 0; i < queue->lists[list].count; i++) {
			if (!queue_shows(queue, queue->lists[list].row[i]))
				continue;
			if (queue->lists[list].row[i] == row)
				return n;
			n++;
		}
	return -1;
}

/* The eye lands on the oldest request that this person can decide; else on the first row there is. */
static struct row *
first_choice(const struct queue *queue)
{
	const struct rows *waiting = &queue->lists[LIST_WAITING];

	for (size_t i = 0; i < waiting->count; i++)
		if (queue_shows(queue, waiting->row[i]) && waiting->row[i]->gone_us == 0 &&
		    row_request(waiting->row[i])->can)
			return waiting->row[i];
	return shown_at(queue, 0);
}

void
queue_move(struct queue *queue, long by)
{
	long last = shown_all(queue) - 1;
	long to = place_of(queue, queue->at) + by;

	queue->moved = true;
	if (last >= 0)
		queue->at = shown_at(queue, to < 0 ? 0 : to > last ? last : to);
}

void
queue_next_list(struct queue *queue)
{
	enum list list = queue->at != NULL ? queue->at->list : LIST_RUNNING;

	queue->moved = true;
	for (int i = 0; i < LIST_COUNT; i++) {
		list = (list + 1) % LIST_COUNT;
		for (size_t n = 0; n < queue->lists[list].count; n++)
			if (queue_shows(queue, queue->lists[list].row[n])) {
				queue->at = queue->lists[list].row[n];
				return;
			}
	}
}

void
queue_edge(struct queue *queue, bool last)
{
	queue->moved = true;
	queue->at = shown_at(queue, last ? shown_all(queue) - 1 : 0);
}

void
queue_set_filter(struct queue *queue, const char *text)
{
	free(queue->filter);
	queue->filter = own_dup(text);
	if (queue->at == NULL || !queue_shows(queue, queue->at))
		queue->at = first_choice(queue);
}

static bool
sweep_list(struct queue *queue, struct rows *rows, int64_t now_us)
{
	size_t kept = 0;
	bool changed;

	for (size_t i = 0; i < rows->count; i++) {
		struct row *row = rows->row[i];
		bool old = row->gone_us != 0 && now_us - row->gone_us >= QUEUE_GONE_S * CLOCK_US;

		if (old && row != queue->at)
			row_free(row);
		else
			rows->row[kept++] = row;
	}
	changed = kept != rows->count;
	rows->count = kept;
	return changed;
}

bool
queue_sweep(struct queue *queue, int64_t now_us)
{
	struct row *before = queue->at;
	bool changed = false;

	for (enum list list = 0; list < LIST_COUNT; list++)
		changed |= sweep_list(queue, &queue->lists[list], now_us);
	if (queue->at == NULL || !queue_shows(queue, queue->at) || !queue->moved)
		queue->at = first_choice(queue);
	return changed || queue->at != before;
}
