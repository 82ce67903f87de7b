/* SPDX-License-Identifier: ISC */
/* All about the row under the pointer, in sentences. */
#include "config.h"

#include <curses.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/console.h"
#include "console/view.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"

#define MARGIN		3
#define WIDTH_MOST	92	/* longer lines read badly */

/* A page that is written from its top; lines outside the window are only counted. */
struct page {
	const struct theme	*theme;
	int			 row;	/* of the next line; may be above the window */
	int			 bottom;
	const char		*sign_why;	/* why a grant cannot be from here; NULL: it can */
};

static void
write_text(struct page *page, enum ink ink, const char *text)
{
	int width = COLS - 2 * MARGIN < WIDTH_MOST ? COLS - 2 * MARGIN : WIDTH_MOST;
	struct spot spot = { page->row, MARGIN, width, ink };

	page->row += draw_paragraph(page->theme, spot, page->bottom, text);
}

static void __attribute__((format(printf, 3, 4)))
say(struct page *page, enum ink ink, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return;
	}
	write_text(page, ink, text);
}

static void
gap(struct page *page)
{
	page->row++;
}

/* "2026-11-20 14:02:40 +0100, 42 s ago" */
static const char *
moment(int64_t when_us, int64_t now_us, char text[3 * CLOCK_TEXT])
{
	char exact[CLOCK_TEXT];
	char span[CLOCK_TEXT];
	int64_t ago_s = (now_us - when_us) / CLOCK_US;

	if (ago_s >= 0)
		snprintf(text, 3 * CLOCK_TEXT, "%s, %s ago", clock_local(when_us, exact), clock_span(ago_s, span));
	else
		snprintf(text, 3 * CLOCK_TEXT, "%s, in %s", clock_local(when_us, exact), clock_span(-ago_s, span));
	return text;
}

static void
say_id(struct page *page, const char *what, const struct id *id)
{
	char text[ID_TEXT];

	gap(page);
	say(page, INK_DIM, "%s %s", what, id_text(id, text));
}

/* The gate's own sentences come separated by " | ". */
static void
say_details(struct page *page, const char *details)
{
	while (*details != '\0') {
		const char *end = strstr(details, " | ");
		size_t count = end != NULL ? (size_t)(end - details) : strlen(details);

		say(page, INK_PLAIN, "%.*s", (int)count, details);
		details += count + (end != NULL ? 3 : 0);
	}
}

/* ---- a request --------------------------------------------------------------------------------------------------- */

static void
say_state(struct page *page, const struct wire_request_row *request, int64_t now_us)
{
	char text[3 * CLOCK_TEXT];

	if (request->unreviewed)
		say(page, INK_BAD, "Nobody has reviewed it; until somebody does, %s cannot do it again. %s", request->person,
		    request->can_review ? "You can review it." : "You are not among those who review it.");
	else if (request->reviewer[0] != '\0')
		say(page, INK_PLAIN, "It was reviewed by %s: %s", request->reviewer, request->review);
	else if (strcmp(request->state, "waiting") != 0)
		say(page, INK_WARN, "It is %s%s%s%s%s.", request->state, request->by[0] != '\0' ? " by " : "", request->by,
		    request->comment[0] != '\0' ? ": " : "", request->comment);
	else if (request->lapses_us > 0)
		say(page, INK_PLAIN, "If nobody decides it lapses at %s.", moment(request->lapses_us, now_us, text));
	if (request->not_before_us > now_us)
		say(page, INK_PLAIN, "It is for later: not before %s.", moment(request->not_before_us, now_us, text));
}

/* Who could, while it waits. */
static void
say_deciders(struct page *page, const struct wire_request_row *request)
{
	if (strcmp(request->state, "waiting") != 0)
		return;
	gap(page);
	if (request->asks[0] != '\0')
		say(page, INK_PLAIN, "Needed: %s; %u of %u so far.", request->asks, request->got, request->need);
	if (request->deciders == 1)
		say(page, INK_PLAIN, "One person could decide it; %s a console open now.",
		    request->online > 0 ? "that person has" : "nobody has");
	else if (request->deciders > 1)
		say(page, INK_PLAIN, "%u persons could decide it; %u of them %s a console open now.", request->deciders,
		    request->online, request->online == 1 ? "has" : "have");
	if (request->can && page->sign_why != NULL)
		say(page, INK_WARN, "You can deny it. You cannot grant it here: %s.", page->sign_why);
	else if (request->can)
		say(page, INK_GOOD, "You can decide it%s", request->signs ? "; a grant is signed with your key." : ".");
	else
		say(page, INK_WARN, "You cannot decide it: %s.", request->why[0] != '\0' ? request->why : "the policy says so");
}

static void
say_request(struct page *page, const struct wire_request_row *request, int64_t now_us)
{
	char text[3 * CLOCK_TEXT];
	char span[CLOCK_TEXT];

	if (strcmp(request->by, WIRE_GLASS) == 0)
		say(page, INK_BAD, "%s entered %s on %s, for %s, WITHOUT A DECISION (break-glass).", request->person, request->role,
		    request->host, clock_span(request->seconds, span));
	else if (!id_is_zero(&request->opens))
		say(page, INK_BOLD, "%s asks to open the recording of session %.*s, for %s.", request->person, ID_SHORT,
		    id_text(&request->opens, text), clock_span(request->seconds, span));
	else if (id_is_zero(&request->extends))
		say(page, INK_BOLD, "%s asks for %s on %s, for %s.", request->person, request->role, request->host,
		    clock_span(request->seconds, span));
	else
		say(page, INK_BOLD, "%s is in %s on %s and asks for %s more. As it is, it ends at %s.", request->person, request->role,
		    request->host, clock_span(request->seconds, span), moment(request->ends_us, now_us, text));
	gap(page);
	say(page, INK_ACCENT, "Why: %s", request->reason);
	gap(page);
	if (request->about[0] != '\0')
		say(page, INK_PLAIN, "What it is: %s.", request->about);
	say(page, INK_PLAIN, "It was asked at %s.", moment(request->created_us, now_us, text));
	say_state(page, request, now_us);
	say_deciders(page, request);
	if (request->details[0] != '\0') {
		gap(page);
		say_details(page, request->details);
	}
	say_id(page, "request", &request->request);
}

/* ---- a grant ----------------------------------------------------------------------------------------------------- */

static void
say_grant(struct page *page, const struct wire_grant_row *grant, int64_t now_us)
{
	char text[3 * CLOCK_TEXT];
	char span[CLOCK_TEXT];

	say(page, INK_BOLD, "%s may enter %s for %s and has not done so yet.", grant->person, grant->role,
	    clock_span(grant->seconds, span));
	gap(page);
	say(page, INK_ACCENT, "Why: %s", grant->reason);
	gap(page);
	say(page, INK_PLAIN, "Granted by %s%s%s.", grant->by, grant->comment[0] != '\0' ? ": " : "", grant->comment);
	say(page, INK_PLAIN, "It can be used from %s.", moment(grant->usable_us, now_us, text));
	say(page, INK_PLAIN, "It lapses unless it is entered before %s.", moment(grant->lapses_us, now_us, text));
	say_id(page, "grant", &grant->grant);
}

/* ---- a session --------------------------------------------------------------------------------------------------- */

static const char *
amount(int64_t bytes, char text[CLOCK_TEXT])
{
	if (bytes < 1000)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " bytes", bytes);
	else if (bytes < 1000 * 1000)
		snprintf(text, CLOCK_TEXT, "%.1f kB", (double)bytes / 1e3);
	else
		snprintf(text, CLOCK_TEXT, "%.1f MB", (double)bytes / 1e6);
	return text;
}

static void
say_end(struct page *page, const struct wire_session_row *session, int64_t now_us)
{
	char text[3 * CLOCK_TEXT];

	if (session->ended_us == 0) {
		if (session->ends_us > 0)
			say(page, INK_PLAIN, "It ends by itself at %s.", moment(session->ends_us, now_us, text));
		return;
	}
	say(page, INK_WARN, "It ended at %s: %s.", moment(session->ended_us, now_us, text), session->why);
	say(page, INK_PLAIN, "Exit status %" PRId64 "; %" PRId64 " process%s killed.", session->exit_status, session->killed,
	    session->killed == 1 ? " was" : "es were");
	if (session->survivors > 0)
		say(page, INK_BAD, "%" PRId64 " PROCESSES SURVIVED THE END. Look at that machine now.", session->survivors);
}

/* How much was masked; the rules are told by `postern show`. */
static void
say_masked(struct page *page, char *const *masked)
{
	unsigned long long all = 0;
	unsigned rules = 0;

	for (; masked != NULL && masked[rules] != NULL; rules++) {
		const char *count = strrchr(masked[rules], '=');

		all += count != NULL ? strtoull(count + 1, NULL, 10) : 0;
	}
	if (rules > 0)
		say(page, INK_PLAIN, "%llu value%s masked, by %u rule%s.", all, all == 1 ? " was" : "s were", rules, rules == 1 ? "" : "s");
}

static void
say_session(struct page *page, const struct wire_session_row *session, int64_t now_us)
{
	char text[3 * CLOCK_TEXT];
	char size[CLOCK_TEXT];

	if (session->ended_us == 0)
		say(page, INK_BOLD, "%s is in %s on %s: %s.", session->person, session->role, session->host, session->state);
	else
		say(page, INK_BOLD, "%s was in %s on %s.", session->person, session->role, session->host);
	gap(page);
	say(page, INK_ACCENT, "Why: %s", session->reason);
	gap(page);
	if (strcmp(session->by, WIRE_GLASS) == 0)
		say(page, INK_BAD, "Nobody granted it: it was entered without a decision (break-glass).");
	else
		say(page, INK_PLAIN, "Granted by %s.", session->by);
	say(page, INK_PLAIN, "It began at %s.", moment(session->started_us, now_us, text));
	say_end(page, session, now_us);
	gap(page);
	if (session->active_us > 0 && session->ended_us == 0)
		say(page, INK_PLAIN, "The last key or output was at %s.", moment(session->active_us, now_us, text));
	say(page, INK_PLAIN, "%s were shown%s, on a terminal of %u columns and %u rows.",
	    amount(session->output_bytes, size), session->ended_us == 0 ? " so far" : "", session->cols, session->rows);
	say_masked(page, session->masked);
	if (session->processes > 0 && session->ended_us == 0)
		say(page, INK_PLAIN, "%u process%s in it now.", session->processes, session->processes == 1 ? " runs" : "es run");
	say_id(page, "session", &session->session);
}

/* ---- the view ---------------------------------------------------------------------------------------------------- */

static int
write_page(const struct console *console, const struct row *row, struct page page)
{
	int start = page.row;

	if (row_request(row) != NULL)
		say_request(&page, row_request(row), console->now_us);
	else if (row_grant(row) != NULL)
		say_grant(&page, row_grant(row), console->now_us);
	else
		say_session(&page, row_session(row), console->now_us);
	return page.row - start;
}

static void
detail_paint(struct console *console, int top, int bottom)
{
	const struct row *row = console_row(console);
	struct page page = { .theme = &console->theme, .row = bottom, .bottom = bottom, .sign_why = row != NULL ? queue_sign_why(&console->queue, row) : NULL };
	int lines, most;

	if (row == NULL) {
		write_text(&(struct page){ .theme = &console->theme, .row = top, .bottom = bottom }, INK_DIM,
		    "There is nothing under the pointer any more.");
		return;
	}
	lines = write_page(console, row, page);	/* below the window: only counted */
	most = lines > bottom - top ? lines - (bottom - top) : 0;
	if (console->scroll > most)
		console->scroll = most;
	page.row = top - console->scroll;
	write_page(console, row, page);	/* what lands on the header's rows is drawn over by the header */
}

static void
detail_step(struct console *console, long by)
{
	console->scroll += (int)by;
	if (console->scroll < 0)
		console->scroll = 0;
}

const struct view view_detail = { .name = "details", .bit = VIEW_DETAIL, .paint = detail_paint, .step = detail_step };
