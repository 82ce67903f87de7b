/* SPDX-License-Identifier: ISC */
/* Decisions: entered, counted, and turned into a grant. */
#include "config.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/check.h"
#include "lib/store/decision.h"
#include "lib/store/grant.h"
#include "lib/store/quorum.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

#define SEALED_MOST	(4 * STORE_TEXT_MOST)

const char *const verdict_names[VERDICTS] = { [VERDICT_GRANT] = "grant", [VERDICT_DENY] = "deny" };

static const char SQL_LIST[] =
    "SELECT request, person, verdict, seconds, groups, at_us, unit, sealed FROM decisions WHERE request = $1 "
    "ORDER BY at_us, person";
static const char SQL_ADD[] =
    "INSERT INTO decisions (request, person, verdict, seconds, groups, at_us, unit, sealed) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

void
decision_done(struct decision *decision)
{
	free(decision->groups);
	free(decision->comment);
	free(decision->text);
	free(decision->signature);
	*decision = (struct decision){ 0 };
}

/* What binds a sealed text to its row: the request's id and the person. */
static int
decision_ad(const struct decision *decision, struct buf *ad)
{
	int r = buf_add(ad, decision->request.bytes, sizeof decision->request.bytes);

	return r < 0 ? r : buf_add_text(ad, decision->person);
}

/* Sealed: u32 length and bytes of comment, text and signature, big-endian. */
static int
part_put(struct buf *buf, const void *bytes, size_t count)
{
	uint32_t length = htobe32((uint32_t)count);
	int r = count <= STORE_TEXT_MOST ? buf_add(buf, &length, sizeof length) : ERR_MSG_TEXT;

	return r < 0 ? r : buf_add(buf, bytes, count);
}

static int
part_get(struct buf *buf, uint8_t **bytes, size_t *count)
{
	uint32_t length;

	if (buf_len(buf) < sizeof length)
		return ERR_STORE_DAMAGED;
	memcpy(&length, buf_data(buf), sizeof length);
	length = be32toh(length);
	buf_consume(buf, sizeof length);
	if (buf_len(buf) < length)
		return ERR_STORE_DAMAGED;
	*count = length;
	*bytes = NULL;
	if (length > 0) {
		*bytes = own_alloc((size_t)length + 1);	/* a NUL behind it, so that the comment is a string */
		memcpy(*bytes, buf_data(buf), length);
	}
	buf_consume(buf, length);
	return 0;
}

static int
decision_seal(struct store *store, const struct decision *decision, uint32_t unit, struct buf *sealed)
{
	AUTO_BUF struct buf plain = { 0 };
	AUTO_BUF struct buf ad = { 0 };
	const char *comment = decision->comment != NULL ? decision->comment : "";
	struct seal seal = { .unit = unit, .label = "text" };
	int r;

	buf_init(&plain, SEALED_MOST);
	buf_init(&ad, ID_BYTES + STORE_NAME);
	r = decision_ad(decision, &ad);
	if (r == 0)
		r = part_put(&plain, comment, strlen(comment));
	if (r == 0)
		r = part_put(&plain, decision->text, decision->text_bytes);
	if (r == 0)
		r = part_put(&plain, decision->signature, decision->signature_bytes);
	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	return r < 0 ? r : seal_make(store, &seal, buf_data(&plain), buf_len(&plain), sealed);
}

static int
decision_open(struct store *store, struct decision *decision, uint32_t unit, const uint8_t *sealed, size_t count)
{
	AUTO_BUF struct buf plain = { 0 };
	AUTO_BUF struct buf ad = { 0 };
	struct seal seal = { .unit = unit, .label = "text" };
	uint8_t *comment = NULL;
	int r;

	buf_init(&plain, SEALED_MOST);
	buf_init(&ad, ID_BYTES + STORE_NAME);
	r = decision_ad(decision, &ad);
	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	if (r == 0)
		r = seal_open(store, &seal, sealed, count, &plain);
	if (r == 0)
		r = part_get(&plain, &comment, &count);
	decision->comment = (char *)comment;
	if (r == 0)
		r = part_get(&plain, &decision->text, &decision->text_bytes);
	if (r == 0)
		r = part_get(&plain, &decision->signature, &decision->signature_bytes);
	return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
}

static int
decision_row(struct store *store, sqlite3_stmt *stmt, struct decision *decision)
{
	struct row row = { .stmt = stmt };
	const uint8_t *sealed;
	uint32_t unit;
	size_t count;

	row_id(&row, &decision->request);
	row_name(&row, decision->person, sizeof decision->person);
	decision->verdict = (enum verdict)row_word(&row, verdict_names, VERDICTS);
	decision->seconds = row_int(&row);
	decision->groups = row_text(&row);
	decision->at_us = row_int(&row);
	unit = (uint32_t)row_int(&row);
	sealed = row_bytes(&row, &count);
	if (row.error == 0)
		decision->text_error = sealed != NULL ? decision_open(store, decision, unit, sealed, count) : ERR_EXPIRED;
	return row.error;
}

int
decision_list(struct store *store, const struct id *request, int (*each)(void *ctx, const struct decision *decision),
    void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_id(request)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_DECISION struct decision decision = { 0 };

		r = decision_row(store, stmt, &decision);
		if (r == 0)
			r = each(ctx, &decision);
	}
	return r;
}

/* One decision being entered. */
struct deciding {
	struct store		*store;
	const struct decision	*decision;
	const struct need	*need;
	const struct moment	*now;
	struct outcome		*outcome;
	struct request		 request;
	struct quorum		 quorum;
};

/* The earlier decision of the same person, if there is one, becomes the outcome. */
static int
earlier_each(void *ctx, const struct decision *earlier)
{
	struct deciding *deciding = ctx;

	if (strcmp(earlier->person, deciding->decision->person) != 0)
		return 0;
	memcpy(deciding->outcome->person, earlier->person, sizeof earlier->person);
	deciding->outcome->verdict = earlier->verdict;
	deciding->outcome->at_us = earlier->at_us;
	deciding->outcome->seconds = earlier->seconds;
	return ERR_DECIDED;
}

static int
tally_each(void *ctx, const struct decision *decision)
{
	struct deciding *deciding = ctx;

	if (deciding->outcome->seconds == 0 || decision->seconds < deciding->outcome->seconds)
		deciding->outcome->seconds = decision->seconds;
	return quorum_add(&deciding->quorum, decision->groups);
}

/* A decided request, as the one who came too late is told. */
static int
outcome_closed(struct store *store, const struct request *request, struct outcome *outcome)
{
	struct grant grant;
	int r;

	outcome->state = request->state;
	outcome->at_us = request->end.closed_us;
	memcpy(outcome->person, request->end.closed_by, sizeof outcome->person);
	outcome->verdict = request->state == REQUEST_GRANTED ? VERDICT_GRANT : VERDICT_DENY;
	if (request->state != REQUEST_GRANTED)
		return ERR_DECIDED;
	r = grant_of_request(store, &request->id, &grant);
	if (r == 0) {
		outcome->grant = grant.id;
		outcome->seconds = grant.seconds;
	} else if (r == ERR_NOT_FOUND) {
		outcome->grant = request->extends;
		outcome->seconds = id_is_zero(&request->opens) ? 0 : (request->opens_until_us - request->end.closed_us) / CLOCK_US;
	} else {
		return r;
	}
	return ERR_DECIDED;
}

static int
decision_add(const struct deciding *d)
{
	const struct decision *decision = d->decision;
	AUTO_BUF struct buf sealed = { 0 };
	const char *groups = decision->groups != NULL ? decision->groups : "";
	int64_t seconds = decision->seconds != 0 ? decision->seconds : d->request.seconds;
	int64_t at_us = d->now->wall_us;
	uint32_t unit;
	int r;

	buf_init(&sealed, SEALED_MOST + SEAL_MORE);
	r = unit_words(d->store, d->request.class, at_us, &unit);
	if (r == 0)
		r = decision_seal(d->store, decision, unit, &sealed);
	if (r == 0)
		r = stmt_run(d->store, SQL_ADD, BINDS(bind_id(&decision->request), bind_text(decision->person),
		    bind_text(verdict_names[decision->verdict]),
		    bind_int(decision->verdict == VERDICT_GRANT ? seconds : 0), bind_text(groups), bind_int(at_us),
		    bind_int(unit), bind_blob(buf_data(&sealed), buf_len(&sealed))));
	return r < 0 ? r : 0;
}

/* The grant as enough persons wanted it; or more time for the one that the request was about; or a window to open a recording. */
static int
grant_make(const struct deciding *d)
{
	const struct request *request = &d->request;
	int64_t usable = request->not_before_us > d->now->wall_us ? request->not_before_us : d->now->wall_us;
	struct grant grant = {
		.id = d->need->grant, .request = request->id, .seconds = d->outcome->seconds,
		.sessions = d->need->sessions > 0 ? d->need->sessions : 1, .created_us = d->now->wall_us,
		.usable_us = usable, .lapses_us = usable + d->need->unused_s * CLOCK_US,
	};

	if (!id_is_zero(&request->opens))
		return request_open_until(d->store, &request->id, d->now->wall_us + d->outcome->seconds * CLOCK_US);
	if (!id_is_zero(&request->extends)) {
		d->outcome->grant = request->extends;
		return grant_extend(d->store, &request->extends, d->outcome->seconds, d->now);
	}
	d->outcome->grant = grant.id;
	memcpy(grant.person, request->person, sizeof grant.person);
	memcpy(grant.role, request->role, sizeof grant.role);
	memcpy(grant.class, request->class, sizeof grant.class);
	return grant_create(d->store, &grant);
}

/* Counts with the new decision in, and closes the request if that settles it. */
static int
settle(struct deciding *d)
{
	struct request_end end = { .closed_us = d->now->wall_us };
	struct outcome *outcome = d->outcome;
	bool granted = d->decision->verdict == VERDICT_GRANT;
	int r = 0;

	memcpy(outcome->person, d->decision->person, sizeof outcome->person);
	memcpy(end.closed_by, d->decision->person, sizeof end.closed_by);
	outcome->verdict = d->decision->verdict;
	outcome->at_us = d->now->wall_us;
	quorum_init(&d->quorum, d->need->groups, d->need->group_count);
	if (granted)
		r = decision_list(d->store, &d->request.id, tally_each, d);
	if (r < 0)
		return r;
	outcome->missing = granted ? quorum_missing(&d->quorum, d->need->count > 0 ? d->need->count : 1) : 0;
	if (outcome->missing > 0)
		return 0;
	outcome->state = granted ? REQUEST_GRANTED : REQUEST_DENIED;
	r = request_close(d->store, &d->request.id, outcome->state, &end);
	return r == 0 && granted ? grant_make(d) : r;
}

/* Whether this person may decide this request now; if not, the outcome tells how it stands. */
static int
may_decide(struct deciding *d)
{
	if (strcmp(d->request.person, d->decision->person) == 0)
		return ERR_OWN_REQUEST;
	if (d->request.state != REQUEST_WAITING)
		return outcome_closed(d->store, &d->request, d->outcome);
	if (d->decision->verdict == VERDICT_GRANT && d->request.reason_error < 0)
		return d->request.reason_error;	/* nobody vouches for what cannot be read; saying no stays possible */
	if (d->decision->seconds < 0 || d->decision->seconds > d->request.seconds)
		return ERR_BAD_TIME;
	return decision_list(d->store, &d->request.id, earlier_each, d);
}

/* It came too late for anybody: that is written down now, and not only at the next round of request_lapse(). */
static int
lapse(struct deciding *d, struct txn *txn)
{
	struct request_end end = { .closed_us = d->now->wall_us };
	int r = request_close(d->store, &d->request.id, REQUEST_LAPSED, &end);

	if (r == 0)
		r = txn_commit(txn);
	d->outcome->state = REQUEST_LAPSED;
	return r < 0 ? r : ERR_LAPSED;
}

static int
decide(struct deciding *d)
{
	AUTO_TXN struct txn txn = { 0 };
	int r = txn_begin(&txn, d->store);

	if (r == 0)
		r = request_load(d->store, &d->decision->request, &d->request);
	if (r == 0)
		r = may_decide(d);
	if (r == 0 && d->request.lapses_us <= d->now->wall_us)
		return lapse(d, &txn);
	if (r == 0)
		r = decision_add(d);
	if (r == 0)
		r = settle(d);
	return r < 0 ? r : txn_commit(&txn);
}

int
request_decide(struct store *store, const struct decision *decision, const struct need *need, const struct moment *now,
    struct outcome *outcome)
{
	struct deciding deciding = { .store = store, .decision = decision, .need = need, .now = now, .outcome = outcome };
	int r = check_text(decision->comment);

	*outcome = (struct outcome){ 0 };
	if (r == 0)
		r = check_name(decision->person);
	if (r == 0)
		r = decide(&deciding);
	request_done(&deciding.request);
	return r;
}
