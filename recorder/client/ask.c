/* SPDX-License-Identifier: ISC */
/* Request, then wait for words from the gate, not for time. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "lib/base/text.h"
#include "lib/term/rawtty.h"
#include "recorder/client/ask.h"

#define LINE_MOST	1024

int
ask_send(struct client *client, const struct ask *ask, struct id *request)
{
	AUTO_FREE char *role = own_dup(ask->role), *opens = own_dup(ask->opens != NULL ? ask->opens : "");
	AUTO_FREE char *reason = text_clean(ask->reason, strlen(ask->reason));
	AUTO_MESSAGE struct wire_message answer = { 0 };
	struct wire_ask question = { .role = role, .reason = reason, .opens = opens, .seconds = ask->seconds,
		.not_before_us = ask->not_before_us, .glass = ask->glass };
	int r = wire_send(&client->conn, WIRE_ASK, &question);

	if (r < 0)
		return client_lost(client, r);
	r = client_wait(client, &answer);
	if (r != 0)
		return r;
	if (answer.kind != WIRE_ASKED)
		return client_lost(client, ERR_MSG_REFUSED);
	*request = ((struct wire_asked *)answer.fields)->request;
	return 0;
}

int
ask_glass(struct client *client, const struct ask *ask, struct id *grant)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	const struct wire_request_row *row;
	struct ask broken = *ask;
	struct id request;
	char id[ID_TEXT];
	char span[CLOCK_TEXT];
	int r;

	broken.glass = true;
	r = ask_send(client, &broken, &request);
	if (r == 0)
		r = ask_row(client, &request, &message);
	if (r != 0)
		return r;
	row = message.fields;
	*grant = row->grant;
	fprintf(stderr, "BREAK-GLASS: nobody decided this; you have %s. All approvers see it now, and it stays open until one of them has "
	    "reviewed it (%.*s).\n", clock_span(row->granted_s, span), ID_SHORT, id_text(&request, id));
	return 0;
}

int
ask_row(struct client *client, const struct id *request, struct wire_message *row)
{
	char id[ID_TEXT];
	struct wire_requests question = { .which = id_text(request, id) };
	AUTO_MESSAGE struct wire_message done = { 0 };
	int r = wire_send(&client->conn, WIRE_REQUESTS, &question);

	if (r < 0)
		return client_lost(client, r);
	r = client_wait(client, row);
	if (r != 0)
		return r;
	if (row->kind != WIRE_REQUEST_ROW)
		return client_lost(client, ERR_MSG_REFUSED);
	return client_wait(client, &done);
}

/* One line that is written over each second: it must fit, or the window scrolls. The names give way to the rest. */
static void
show_waiting(const struct wire_request_row *row)
{
	AUTO_BUF struct buf asking = { .max = LINE_MOST };
	AUTO_FREE char *all = NULL;
	char fitted[LINE_MOST];
	char waited[CLOCK_TEXT];
	char tail[80];
	int cols, rows;

	if (!isatty(STDERR_FILENO) || rawtty_size(STDERR_FILENO, &cols, &rows) < 0)
		return;
	(void)buf_addf(&asking, "Asking %s", row->asks);
	if (row->deciders > 0)
		(void)buf_addf(&asking, ": %" PRIu32 " %s", row->deciders, row->deciders == 1 ? "person" : "people");
	(void)buf_addf(&asking, ", %" PRIu32 " at a console now", row->online);
	if (row->need > 1)
		(void)buf_addf(&asking, ", %" PRIu32 " of %" PRIu32 " agreed", row->got, row->need);
	all = buf_text(&asking);
	snprintf(tail, sizeof tail, "  waited %s  (Ctrl-C cancels)",
	    clock_short((clock_wall_us() - row->created_us) / CLOCK_US, waited));
	text_fit(all, cols - 1 - text_width(tail), !text_utf8_locale(), fitted, sizeof fitted);
	fprintf(stderr, "\r\033[K%s%s", fitted, tail);
	fflush(stderr);
}

static void
end_line(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

/* The sentence of a decision: "Granted by appr-02 for 20 min (you asked 30 min): ..." */
static void
say_granted(const struct wire_request_row *row)
{
	char given[CLOCK_TEXT];
	char asked[CLOCK_TEXT];

	end_line();
	fprintf(stderr, "Granted by %s for %s", row->by, clock_span(row->granted_s, given));
	if (row->granted_s != row->seconds)
		fprintf(stderr, " (you asked %s)", clock_span(row->seconds, asked));
	if (row->comment[0] != '\0')
		fprintf(stderr, ": \"%s\"", row->comment);
	fprintf(stderr, ".\n");
}

static int
decided(struct client *client, const struct wire_request_row *row, struct id *grant)
{
	if (strcmp(row->state, "granted") == 0) {
		say_granted(row);
		*grant = row->grant;
		return 0;
	}
	end_line();
	if (strcmp(row->state, "denied") == 0)
		return cli_fail(client->cli, STATUS_DENIED, "denied by %s%s%s%s", row->by, row->comment[0] != '\0' ? ": \"" : "",
		    row->comment, row->comment[0] != '\0' ? "\"" : "");
	if (strcmp(row->state, "cancelled") == 0)
		return cli_fail(client->cli, STATUS_CANCELLED, "the request was taken back");
	return cli_fail(client->cli, STATUS_LAPSED, "nobody decided in time; ask again when an approver is there");
}

static int
take_back(struct client *client, const struct id *request)
{
	char id[ID_TEXT];
	struct wire_cancel cancel = { .which = id_text(request, id) };
	int r;

	end_line();
	r = client_ask(client, WIRE_CANCEL, &cancel, 0, NULL, NULL);
	return r != 0 ? r : cli_fail(client->cli, STATUS_CANCELLED, "the request was taken back");
}

/* Waits for a change, a signal or a second. The signal's number, 0, or negative. */
static int
pause_for(struct client *client, int signals)
{
	struct pollfd fds[] = { { .fd = client->conn.fd, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo info;
	int r;

	if (poll(fds, 2, 1000) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents != 0 && read(signals, &info, sizeof info) == sizeof info)
		return (int)info.ssi_signo;
	if (fds[0].revents != 0) {
		r = wire_fill(&client->conn);
		return r < 0 ? r : 0;
	}
	return 0;
}

static int
wait_loop(struct client *client, const struct id *request, int signals, struct id *grant)
{
	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		const struct wire_request_row *row;
		int r = ask_row(client, request, &message);

		if (r != 0)
			return r;
		row = message.fields;
		if (strcmp(row->state, "waiting") != 0)
			return decided(client, row, grant);
		show_waiting(row);
		r = pause_for(client, signals);
		if (r == SIGINT)
			return take_back(client, request);
		if (r > 0)
			return STATUS_FAILED;	/* hung up: the request stands until it lapses */
		if (r < 0)
			return client_lost(client, r);
	}
}

int
ask_wait(struct client *client, const struct id *request, struct id *grant)
{
	static const int heard[] = { SIGINT, SIGHUP, SIGTERM, 0 };
	struct wire_subscribe subscribe = { .on = true };
	AUTO_FD int signals = -1;
	sigset_t before;
	int r;

	signals = signals_open(heard, &before);
	if (signals < 0)
		return cli_fail(client->cli, STATUS_FAILED, "signals cannot be heard: %s", err_text(signals));
	r = client_ask(client, WIRE_SUBSCRIBE, &subscribe, 0, NULL, NULL);
	if (r == 0)
		r = wait_loop(client, request, signals, grant);
	/* What comes next may be enter, and after that only the worker may speak. */
	subscribe.on = false;
	if (r == 0)
		r = client_ask(client, WIRE_SUBSCRIBE, &subscribe, 0, NULL, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
