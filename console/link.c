/* SPDX-License-Identifier: ISC */
/* Asking and answers. How the descriptor comes about stands in dial.c. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "console/dial.h"
#include "console/link.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/wire/login.h"

#define OUT_MOST	(64u * 1024)
#define RECENT		30u			/* decided requests and ended sessions that are asked for */
#define LISTS_EVERY_US	(CLOCK_US / 10)
#define READS_MOST	8			/* in one step: the screen gets its turn */

/* clang-format off */
/* What is asked when a list is stale, which rows come, and where they go. */
static const struct listing {
	enum wire_kind	kind, row;
	enum list	list;
	bool		whole;		/* all rows of the list: what is missing has gone */
	const char	*what;		/* the word of wire_changed that makes it stale */
} listings[] = {
	[ASK_REVIEW]	= { WIRE_REQUESTS,	WIRE_REQUEST_ROW,	LIST_REVIEW,	true,	"request" },
	[ASK_WAITING]	= { WIRE_REQUESTS,	WIRE_REQUEST_ROW,	LIST_WAITING,	true,	"request" },
	[ASK_GRANTS]	= { WIRE_GRANTS,	WIRE_GRANT_ROW,		LIST_GRANTED,	true,	"grant" },
	[ASK_RUNNING]	= { WIRE_SESSIONS,	WIRE_SESSION_ROW,	LIST_RUNNING,	true,	"session" },
	[ASK_DECIDED]	= { WIRE_REQUESTS,	WIRE_REQUEST_ROW,	LIST_WAITING,	false,	"request" },
	[ASK_ENDED]	= { WIRE_SESSIONS,	WIRE_SESSION_ROW,	LIST_RUNNING,	false,	"session" },
};
/* clang-format on */

#define LISTINGS	(sizeof listings / sizeof listings[0])
#define ALL_STALE	(1u << ASK_REVIEW | 1u << ASK_WAITING | 1u << ASK_GRANTS | 1u << ASK_RUNNING | 1u << ASK_DECIDED | 1u << ASK_ENDED)

static const struct listing *
listing_of(unsigned question)
{
	return question < LISTINGS && listings[question].kind != 0 ? &listings[question] : NULL;
}

void
link_init(struct link *link, unsigned number, const char *host, struct queue *queue)
{
	*link = (struct link){ .number = number, .host = host, .queue = queue, .complaints = -1,
		.lost_us = clock_wall_us() };
	wire_conn_init(&link->conn, -1, WIRE_FROM_GATE, OUT_MOST);
}

void
link_done(struct link *link)
{
	wire_conn_done(&link->conn);
	dial_end(link->ssh, &link->complaints);
	wire_message_done(&link->welcome);
}

const struct wire_welcome *
link_welcome(const struct link *link)
{
	return link->welcome.fields;
}

const char *
link_name(const struct link *link)
{
	const struct wire_welcome *welcome = link_welcome(link);

	if (welcome != NULL && welcome->host[0] != '\0')
		return welcome->host;
	return link->host != NULL ? link->host : "this machine";
}

/* Down, with a reason unless a better one (of the gate, of ssh) is known already. */
static void
drop(struct link *link, const char *why)
{
	if (link->why[0] == '\0')
		snprintf(link->why, sizeof link->why, "%s", why);
	if (link->lost_us == 0)
		link->lost_us = clock_wall_us();
	wire_conn_done(&link->conn);
	dial_end(link->ssh, &link->complaints);
	link->ssh = 0;
	link->state = LINK_DOWN;
	link->pending_count = 0;
	link->retry_us = clock_boot_us() + LINK_RETRY_S * CLOCK_US;
}

static int
ask(struct link *link, enum question question, enum wire_kind kind, const void *fields)
{
	int r;

	if (link->pending_count == LINK_PENDING)
		return -EAGAIN;
	r = wire_put(&link->conn, kind, fields);
	if (r == 0)
		link->pending[link->pending_count++] = (unsigned char)question;
	return r;
}

void
link_open(struct link *link)
{
	struct wire_hello hello = { .version = WIRE_VERSION };
	char program[] = "postern-console";
	char nobody[] = "";
	int fd;
	int r;

	link->why[0] = '\0';
	fd = link->host != NULL ? dial_ssh(link->host, &link->ssh, &link->complaints) : dial_socket(link->socket);
	if (fd < 0) {
		drop(link, err_text(fd));
		return;
	}
	wire_conn_init(&link->conn, fd, WIRE_FROM_GATE, OUT_MOST);
	link->conn.phase = WIRE_PHASE_KNOWN;
	link->state = LINK_GREETING;
	hello.program = program;
	hello.as = link->as != NULL ? (char *)(uintptr_t)link->as : nobody;	/* the wire only reads it */
	r = link->host == NULL ? login_send(&link->conn) : 0;
	if (r == 0)
		r = ask(link, ASK_HELLO, WIRE_HELLO, &hello);
	if (r < 0)
		drop(link, err_text(r));
}

void
link_poll(const struct link *link, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = link->conn.fd, .events = POLLIN };
	if (wire_wants_write(&link->conn))
		fds[0].events |= POLLOUT;
	fds[1] = (struct pollfd){ .fd = link->complaints, .events = POLLIN };
}

/* From now on changes are told; the answer says what is wrong with the gate itself. */
static int
subscribe(struct link *link)
{
	struct wire_subscribe on = { .on = true };

	return ask(link, ASK_SUBSCRIBE, WIRE_SUBSCRIBE, &on);
}

static int
greeted(struct link *link, struct wire_message *message)
{
	wire_message_done(&link->welcome);
	link->pending_count = 0;
	link->welcome = *message;
	*message = (struct wire_message){ 0 };
	link->state = LINK_UP;
	link->lost_us = 0;
	link->stale = ALL_STALE;
	link->asked_us = 0;
	return subscribe(link);
}

/* A policy change may touch what the peer may decide, so it makes everything stale; so does a word not known here. */
static void
mark_stale(struct link *link, const char *what)
{
	bool known = false;

	for (unsigned q = 0; q < LISTINGS; q++)
		if (listing_of(q) != NULL && strcmp(listings[q].what, what) == 0) {
			link->stale |= 1u << q;
			known = true;
		}
	if (strcmp(what, "session") == 0 || strcmp(what, "request") == 0)
		link->stale |= 1u << ASK_GRANTS;
	if (!known && strcmp(what, "recording") != 0)
		link->stale |= ALL_STALE;
}

/* What became of the rows that this listing no longer had is asked for one by one: the recent ones may not reach back. */
static int
ask_gone(struct link *link, enum list list, int64_t now_us)
{
	const struct rows *rows = &link->queue->lists[list];
	char which[ID_TEXT];
	char nothing[] = "";
	struct wire_requests request = { .which = which, .state = nothing };
	struct wire_sessions session = { .which = which };
	int r = 0;

	for (size_t i = 0; i < rows->count && r == 0 && link->pending_count < LINK_PENDING / 2; i++) {
		if (rows->row[i]->link != link->number || rows->row[i]->gone_us != now_us)
			continue;
		id_text(&rows->row[i]->id, which);
		if (list == LIST_WAITING)
			r = ask(link, ASK_DECIDED, WIRE_REQUESTS, &request);
		else if (list == LIST_RUNNING)
			r = ask(link, ASK_ENDED, WIRE_SESSIONS, &session);
	}
	return r;
}

static int
listed(struct link *link, enum list list)
{
	int64_t now_us = clock_wall_us();

	queue_end(link->queue, list, link->number, now_us);
	return ask_gone(link, list, now_us);
}

/* An answer's end: DONE or FAIL. A list that failed says why where the connection's trouble is said. */
static int
answered(struct link *link, bool worked, const char *text)
{
	enum question question = link->pending[0];
	const struct listing *listing = listing_of(question);

	link->pending_count--;
	memmove(link->pending, link->pending + 1, link->pending_count);
	if (question == ASK_HELLO) {
		snprintf(link->why, sizeof link->why, "%s", text);
		return ERR_NO_RIGHT;
	}
	if (question == ASK_SUBSCRIBE)
		snprintf(link->trouble, sizeof link->trouble, "%s", worked ? text : "");
	if (question == ASK_ACT) {
		link->answered = true;
		link->worked = worked;
		snprintf(link->answer, sizeof link->answer, "%s", text);
	}
	return listing != NULL && listing->whole ? listed(link, listing->list) : 0;
}

static int
row(struct link *link, struct wire_message *message)
{
	const struct listing *listing = listing_of(link->pending[0]);
	const struct wire_grant_row *grant = message->fields;

	if (listing == NULL || listing->row != message->kind)
		return ERR_MSG_REFUSED;
	if (!listing->whole)
		queue_recent(link->queue, listing->list, link->number, message);
	else if (listing->list != LIST_GRANTED || strcmp(grant->state, "live") == 0)
		queue_put(link->queue, listing->list, link->number, message);
	return 0;
}

static int
take(struct link *link, struct wire_message *message)
{
	const struct wire_changed *changed = message->fields;
	const struct wire_done *done = message->fields;
	const struct wire_fail *fail = message->fields;

	if (message->kind == WIRE_CHANGED && strcmp(changed->what, "retention") == 0)
		return link->pending_count < LINK_PENDING / 2 ? subscribe(link) : 0;
	if (message->kind == WIRE_CHANGED) {
		mark_stale(link, changed->what);
		return 0;
	}
	if (link->pending_count == 0)
		return ERR_MSG_REFUSED;
	if (message->kind == WIRE_WELCOME)
		return link->pending[0] == ASK_HELLO ? greeted(link, message) : ERR_MSG_REFUSED;
	if (message->kind == WIRE_DONE)
		return answered(link, true, done->text);
	if (message->kind == WIRE_FAIL)
		return answered(link, false, fail->text);
	return row(link, message);
}

static int
take_all(struct link *link, bool *changed)
{
	int r;

	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = wire_next(&link->conn, &message);
		if (r <= 0)
			return r;
		*changed = true;
		r = take(link, &message);
		if (r < 0)
			return r;
	}
}

static int
ask_list(struct link *link, enum question question)
{
	const struct listing *listing = &listings[question];
	char nothing[] = "";
	char waiting[] = "waiting";
	char unreviewed[] = WIRE_UNREVIEWED;
	struct wire_requests requests = { .which = nothing, .state = listing->whole ? waiting : nothing,
		.limit = listing->whole ? 0 : RECENT };
	struct wire_sessions sessions = { .which = nothing, .running = listing->whole,
		.limit = listing->whole ? 0 : RECENT };
	struct wire_grants grants = { .all = true };

	if (listing->list == LIST_REVIEW)
		requests.state = unreviewed;
	if (listing->whole)
		queue_begin(link->queue, listing->list, link->number);
	switch (listing->kind) {
	case WIRE_REQUESTS:
		return ask(link, question, listing->kind, &requests);
	case WIRE_SESSIONS:
		return ask(link, question, listing->kind, &sessions);
	default:
		return ask(link, question, listing->kind, &grants);
	}
}

static bool
is_pending(const struct link *link, enum question question)
{
	return memchr(link->pending, (int)question, link->pending_count) != NULL;
}

/* A list is asked for once at a time and ten times a second at most, however much changes. */
static int
ask_stale(struct link *link)
{
	int64_t now_us = clock_boot_us();
	int r = 0;

	if (link->state != LINK_UP || link->stale == 0 || now_us - link->asked_us < LISTS_EVERY_US)
		return 0;
	link->asked_us = now_us;
	for (enum question q = 0; q < LISTINGS && r == 0; q++) {
		if ((link->stale & 1u << q) == 0 || is_pending(link, q))
			continue;
		r = ask_list(link, q);
		link->stale &= ~(1u << q);
	}
	return r;
}

static int
exchange(struct link *link, bool *changed)
{
	int r = 1;

	for (int i = 0; i < READS_MOST && r > 0; i++) {
		int bad;

		r = wire_fill(&link->conn);
		bad = take_all(link, changed);	/* also what came before the end */
		if (bad < 0 || r < 0)
			return bad < 0 ? bad : r;
	}
	r = ask_stale(link);
	return r < 0 ? r : wire_flush(&link->conn);
}

bool
link_step(struct link *link, const struct pollfd fds[2])
{
	bool changed = false;
	int r;

	if (fds[1].revents != 0)
		dial_listen(link->complaints, link->why, sizeof link->why);
	if (link->state == LINK_DOWN) {
		if (clock_boot_us() < link->retry_us)
			return false;
		link_open(link);
		return true;
	}
	r = exchange(link, &changed);
	if (r < 0) {
		if (link->host != NULL)
			dial_listen(link->complaints, link->why, sizeof link->why);
		drop(link, r == ERR_PEER_GONE ? "the gate has closed the connection" : err_text(r));
		return true;
	}
	return changed;
}

int64_t
link_due(const struct link *link)
{
	if (link->state == LINK_DOWN)
		return link->retry_us;
	if (link->state == LINK_UP && link->stale != 0)
		return link->asked_us + LISTS_EVERY_US;
	return INT64_MAX;
}

int
link_act(struct link *link, enum wire_kind kind, const void *fields)
{
	int r;

	if (link->state != LINK_UP)
		return ERR_PEER_GONE;
	r = ask(link, ASK_ACT, kind, fields);
	return r < 0 ? r : wire_flush(&link->conn);
}
