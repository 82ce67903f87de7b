/* SPDX-License-Identifier: ISC */
/* Each act is a short row of steps: a key opens a prompt, the prompt's answer opens the next or is sent to the gate. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/act.h"
#include "console/console.h"
#include "console/sign.h"
#include "console/view.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"

#define PAGE	10

/* From here on the act is about this row, wherever the pointer goes. */
static const struct row *
aim(struct console *console)
{
	const struct row *row = console_row(console);

	console->target = (struct target){ .set = true, .list = row->list, .link = row->link, .id = row->id };
	console->queue.moved = true;
	return row;
}

static const struct row *
aimed_at(const struct console *console)
{
	const struct target *t = &console->target;

	return t->set ? queue_find(&console->queue, t->list, t->link, &t->id) : NULL;
}

static void
send_act(struct console *console, enum wire_kind kind, const void *fields)
{
	int r = link_act(&console->links[console->target.link], kind, fields);

	console->target.set = false;
	if (r < 0)
		console_say(console, INK_BAD, "Nothing was done: %s.", err_text(r));
	else
		console_say(console, INK_DIM, "Asking the gate.");
}

static void
decide(struct console *console, bool grant, const char *comment)
{
	char which[ID_TEXT];
	struct wire_decide decide = { .which = id_text(&console->target.id, which), .grant = grant,
		.seconds = grant ? console->target.seconds : 0, .comment = (char *)(uintptr_t)comment };
	const struct row *row = aimed_at(console);

	if (grant && row != NULL && row_request(row) != NULL && row_request(row)->signs) {
		sign_grant(console, comment);
		return;
	}
	send_act(console, WIRE_DECIDE, &decide);
}

/* ---- a: grant as asked ------------------------------------------------------------------------------------------- */

static void
grant_yes(struct console *console, const char *text)
{
	decide(console, true, text);
}

void
act_grant(struct console *console)
{
	const struct row *row = aim(console);
	const struct wire_request_row *request = row_request(row);
	char span[CLOCK_TEXT];
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "Grant %s%.100s to %.100s for %s?", row_opens(row), request->role, request->person,
	    clock_span(request->seconds, span));
	prompt_yes(console, label, grant_yes);
}

/* ---- g: grant less ----------------------------------------------------------------------------------------------- */

static void	grant_time(struct console *console, const char *text);

static void
ask_time(struct console *console, const char *text)
{
	const struct row *row = aimed_at(console);
	char code[CLOCK_TEXT];
	char label[PROMPT_LABEL];

	if (row == NULL)
		return;
	snprintf(label, sizeof label, "Grant %s%.100s to %.100s for how long? [%s as asked]", row_opens(row), row_role(row),
	    row_person(row), clock_span_code(row_request(row)->seconds, code));
	prompt_line(console, label, text, grant_time);
}

static void
ask_comment(struct console *console, const struct row *row)
{
	char span[CLOCK_TEXT];
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "Comment for %.100s (may be empty; Enter grants %s):", row_person(row),
	    clock_span(console->target.seconds, span));
	prompt_line(console, label, "", grant_yes);
}

static void
grant_time(struct console *console, const char *text)
{
	const struct row *row = aimed_at(console);
	int64_t asked_s = row != NULL ? row_request(row)->seconds : 0;
	char span[CLOCK_TEXT];
	int64_t seconds = asked_s;

	if (row == NULL)
		return;
	if (text[0] != '\0' && (clock_parse_span(text, &seconds) < 0 || seconds <= 0)) {
		console_say(console, INK_WARN, "That is not a length of time: write 90s, 30m or 2h.");
		ask_time(console, text);
	} else if (seconds > asked_s) {
		console_say(console, INK_WARN, "It cannot be longer than what was asked, %s.", clock_span(asked_s, span));
		ask_time(console, text);
	} else {
		console->target.seconds = seconds;
		console->status[0] = '\0';
		ask_comment(console, row);
	}
}

void
act_grant_less(struct console *console)
{
	aim(console);
	console->status[0] = '\0';
	ask_time(console, "");
}

/* ---- d: deny ----------------------------------------------------------------------------------------------------- */

static void	deny_reason(struct console *console, const char *text);

static void
ask_reason(struct console *console, const struct row *row)
{
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "Why do you deny %s%.100s to %.100s?", row_opens(row), row_role(row), row_person(row));
	prompt_line(console, label, "", deny_reason);
}

static void
deny_reason(struct console *console, const char *text)
{
	const struct row *row = aimed_at(console);

	if (row == NULL)
		return;
	if (text[strspn(text, " ")] != '\0') {
		decide(console, false, text);
		return;
	}
	console_say(console, INK_WARN, "A denial needs a reason: %s will read it. Esc leaves the request as it is.",
	    row_person(row));
	ask_reason(console, row);
}

void
act_deny(struct console *console)
{
	console->status[0] = '\0';
	ask_reason(console, aim(console));
}

/* ---- v: review --------------------------------------------------------------------------------------------------- */

static void	review_comment(struct console *console, const char *text);

static void
ask_review(struct console *console, const struct row *row)
{
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "What do you say to %.100s entering %.100s without a decision?", row_person(row), row_role(row));
	prompt_line(console, label, "", review_comment);
}

static void
review_comment(struct console *console, const char *text)
{
	char which[ID_TEXT];
	struct wire_review review = { .which = id_text(&console->target.id, which), .comment = (char *)(uintptr_t)text };
	const struct row *row = aimed_at(console);

	if (row == NULL)
		return;
	if (text[strspn(text, " ")] != '\0' && row_request(row) != NULL && row_request(row)->signs) {
		sign_review(console, text);
		return;
	}
	if (text[strspn(text, " ")] != '\0') {
		send_act(console, WIRE_REVIEW, &review);
		return;
	}
	console_say(console, INK_WARN, "A review needs a comment. Esc leaves it unreviewed.");
	ask_review(console, row);
}

void
act_review(struct console *console)
{
	console->status[0] = '\0';
	ask_review(console, aim(console));
}

/* ---- r: revoke --------------------------------------------------------------------------------------------------- */

static void
revoke_reason(struct console *console, const char *text)
{
	char which[ID_TEXT];
	struct wire_revoke revoke = { .which = id_text(&console->target.id, which), .reason = (char *)(uintptr_t)text };

	send_act(console, WIRE_REVOKE, &revoke);
}

static void
revoke_yes(struct console *console, const char *text)
{
	const struct row *row = aimed_at(console);
	char label[PROMPT_LABEL];

	(void)text;
	if (row == NULL)
		return;
	snprintf(label, sizeof label, "Reason for %.100s (may be empty; Enter revokes):", row_person(row));
	prompt_line(console, label, "", revoke_reason);
}

void
act_revoke(struct console *console)
{
	const struct row *row = aim(console);
	const struct wire_session_row *session = row_session(row);
	char label[PROMPT_LABEL];

	if (session == NULL)
		snprintf(label, sizeof label, "Take the grant of %.100s to %.100s back? It was not entered yet.", row_role(row),
		    row_person(row));
	else if (session->processes == 0)
		snprintf(label, sizeof label, "Revoke %.100s of %.100s now? All its processes will be killed.", session->role,
		    session->person);
	else
		snprintf(label, sizeof label, "Revoke %.100s of %.100s now? %u process%s will be killed.", session->role,
		    session->person, session->processes, session->processes == 1 ? "" : "es");
	prompt_yes(console, label, revoke_yes);
}

/* ---- e, l: more time, less time ---------------------------------------------------------------------------------- */

/* A length of time from a prompt's answer; false after a word about what is wrong with it. */
static bool
read_time(struct console *console, const char *text, int64_t *seconds)
{
	if (clock_parse_span(text, seconds) == 0 && *seconds > 0)
		return true;
	console->target.set = false;
	console_say(console, INK_WARN, "That is not a length of time (write 90s, 30m or 2h). Nothing was done.");
	return false;
}

static void
more_reason(struct console *console, const char *text)
{
	char which[ID_TEXT];
	struct wire_extend extend = { .which = id_text(&console->target.id, which), .seconds = console->target.seconds,
		.reason = (char *)(uintptr_t)text };

	if (text[strspn(text, " ")] != '\0') {
		send_act(console, WIRE_EXTEND, &extend);
		return;
	}
	console->target.set = false;
	console_say(console, INK_WARN, "More time needs a reason. Nothing was done.");
}

static void
more_time(struct console *console, const char *text)
{
	const struct row *row = aimed_at(console);
	char span[CLOCK_TEXT];
	char label[PROMPT_LABEL];

	if (row == NULL || !read_time(console, text, &console->target.seconds))
		return;
	snprintf(label, sizeof label, "Why does %.100s get %s more?", row_person(row), clock_span(console->target.seconds, span));
	prompt_line(console, label, "", more_reason);
}

void
act_more(struct console *console)
{
	const struct row *row = aim(console);
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "How much longer for %.100s of %.100s?", row_role(row), row_person(row));
	console->status[0] = '\0';
	prompt_line(console, label, "15m", more_time);
}

static void
less_reason(struct console *console, const char *text)
{
	char which[ID_TEXT];
	struct wire_shorten shorten = { .which = id_text(&console->target.id, which), .seconds = console->target.seconds,
		.reason = (char *)(uintptr_t)text };

	send_act(console, WIRE_SHORTEN, &shorten);
}

static void
less_time(struct console *console, const char *text)
{
	const struct row *row = aimed_at(console);
	char span[CLOCK_TEXT];
	char label[PROMPT_LABEL];

	if (row == NULL || !read_time(console, text, &console->target.seconds))
		return;
	snprintf(label, sizeof label, "Reason for %.100s (may be empty; Enter ends it in %s):", row_person(row),
	    clock_span(console->target.seconds, span));
	prompt_line(console, label, "", less_reason);
}

void
act_less(struct console *console)
{
	const struct row *row = aim(console);
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "How long may %.100s of %.100s still last?", row_role(row), row_person(row));
	console->status[0] = '\0';
	prompt_line(console, label, "5m", less_time);
}

/* ---- f: freeze, and thaw ------------------------------------------------------------------------------------------ */

static void
halt(struct console *console, bool on, const char *reason)
{
	char which[ID_TEXT];
	struct wire_freeze freeze = { .which = id_text(&console->target.id, which), .on = on, .reason = (char *)(uintptr_t)reason };

	send_act(console, WIRE_FREEZE, &freeze);
}

static void
freeze_reason(struct console *console, const char *text)
{
	halt(console, true, text);
}

static void
thaw_yes(struct console *console, const char *text)
{
	halt(console, false, text);
}

void
act_freeze(struct console *console)
{
	const struct wire_session_row *session = row_session(aim(console));
	char label[PROMPT_LABEL];

	console->status[0] = '\0';
	if (strcmp(session->state, "frozen") == 0) {
		snprintf(label, sizeof label, "Let %.100s of %.100s go on?", session->role, session->person);
		prompt_yes(console, label, thaw_yes);
		return;
	}
	snprintf(label, sizeof label, "Why is %.100s of %.100s frozen? (may be empty; Enter freezes)", session->role, session->person);
	prompt_line(console, label, "", freeze_reason);
}

/* ---- y: the line that waits in a session ------------------------------------------------------------------------- */

/* "yes", or "no" and why not. */
static void
answer_text(struct console *console, const char *text)
{
	char which[ID_TEXT];
	const char *rest = text + strcspn(text, " ");
	struct wire_allow allow = { .which = id_text(&console->target.id, which), .on = text[0] == 'y' || text[0] == 'Y',
		.reason = (char *)(uintptr_t)(rest + strspn(rest, " ")) };

	if (!allow.on && text[0] != 'n' && text[0] != 'N') {
		console->target.set = false;
		console_say(console, INK_DIM, "Nothing was answered.");
		return;
	}
	send_act(console, WIRE_ALLOW, &allow);
}

void
act_answer(struct console *console)
{
	const struct row *row = aim(console);
	char label[PROMPT_LABEL];

	console->status[0] = '\0';
	if (!row_waits(row)) {
		console->target.set = false;
		console_say(console, INK_DIM, "No line waits for an answer there.");
		return;
	}
	snprintf(label, sizeof label, "May %.60s enter it? (yes, or no and why)", row_person(row));
	prompt_line(console, label, "", answer_text);
}

/* ---- s: say ------------------------------------------------------------------------------------------------------ */

static void
say_text(struct console *console, const char *text)
{
	char which[ID_TEXT];
	struct wire_say say = { .which = id_text(&console->target.id, which), .text = (char *)(uintptr_t)text };

	if (text[strspn(text, " ")] == '\0') {
		console->target.set = false;
		console_say(console, INK_DIM, "Nothing was said.");
		return;
	}
	send_act(console, WIRE_SAY, &say);
}

void
act_say(struct console *console)
{
	const struct row *row = aim(console);
	char label[PROMPT_LABEL];

	snprintf(label, sizeof label, "Say to %.100s in %.100s:", row_person(row), row_role(row));
	console->status[0] = '\0';
	prompt_line(console, label, "", say_text);
}

void
act_check_target(struct console *console)
{
	const struct row *row = aimed_at(console);
	const struct wire_request_row *request;

	if (console->prompt.kind == PROMPT_NONE || !console->target.set || (row != NULL && row->gone_us == 0))
		return;
	prompt_close(console);
	console->target.set = false;
	request = row != NULL ? row_request(row) : NULL;
	if (request != NULL && request->by[0] != '\0')
		console_say(console, INK_WARN, "Somebody was faster: %s by %s. Nothing was done.", request->state, request->by);
	else
		console_say(console, INK_WARN, "It has gone meanwhile. Nothing was done.");
}

/* ---- moving about ------------------------------------------------------------------------------------------------ */

static void
filter_text(struct console *console, const char *text)
{
	queue_set_filter(&console->queue, text);
}

void
act_filter(struct console *console)
{
	console->target.set = false;
	prompt_line(console, "Show only rows with:", console->queue.filter, filter_text);
}

void
act_details(struct console *console)
{
	console->queue.moved = true;
	console_show(console, &view_detail);
}

void
act_help(struct console *console)
{
	console_show(console, console->view == &view_help ? &view_list : &view_help);
}

void
act_back(struct console *console)
{
	if (console->view == &view_list)
		queue_set_filter(&console->queue, "");
	console_show(console, &view_list);
}

void
act_quit(struct console *console)
{
	console->quit = true;
}

void
act_up(struct console *console)
{
	console->view->step(console, -1);
}

void
act_down(struct console *console)
{
	console->view->step(console, 1);
}

void
act_page_up(struct console *console)
{
	console->view->step(console, -PAGE);
}

void
act_page_down(struct console *console)
{
	console->view->step(console, PAGE);
}

void
act_first(struct console *console)
{
	queue_edge(&console->queue, false);
}

void
act_last(struct console *console)
{
	queue_edge(&console->queue, true);
}

void
act_next_list(struct console *console)
{
	queue_next_list(&console->queue);
}
