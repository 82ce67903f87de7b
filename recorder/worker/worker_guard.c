/* SPDX-License-Identifier: ISC */
/*
 * Guardrails: before an Enter is handed to the session, the line at the cursor is looked at. A rule may warn, ask for a word, ask an
 * approver, or say no; then the line stays where it is, to be changed. What is not echoed is not looked at.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/command.h"
#include "lib/term/grid.h"
#include "recorder/mask/guard_rule.h"
#include "recorder/mask/mask_entered.h"
#include "recorder/mask/mask_input.h"
#include "recorder/worker/worker.h"

#define QUIET_US	INT64_C(50000)		/* after the last key: its echo has come, if it was seen at all */
#define ECHO_US		INT64_C(1000000)		/* longest wait for it */
#define ANSWER_US	INT64_C(300000)		/* and for what an Enter does, before the next keys are handed on */
#define CONFIRM_US	(60 * CLOCK_US)
#define ASK_US		(300 * CLOCK_US)

enum { KEY_CANCEL = 3, KEY_BACK = 8, KEY_ACCEPT = 0x0f, KEY_WIPE = 21, KEY_ESCAPE = 27, KEY_DELETE = 127 };

static const char paste[] = "\033[200~", pasted[] = "\033[201~";

/* False: the rules are none. */
bool
guard_open(struct worker *w)
{
	const char *const *words = (const char *const *)w->start->guard;
	bool is_bad = false;

	w->guard.answers = -1;
	if (!w->start->gate)
		return true;
	w->guard.rules = guard_rules_new(words, &is_bad);
	w->guard.has_lines = w->guard.rules != NULL && w->start->tty && guard_words_have(words, GUARD_IN_COMMAND);
	w->guard.has_execs = w->guard.rules != NULL && guard_words_have(words, GUARD_IN_EXEC);
	guard_exec_open(w);
	return !is_bad && (!w->guard.has_execs || w->guard.answers >= 0);
}

void
guard_done(struct worker_guard *guard)
{
	guard_exec_done(guard);
	guard_rules_free(guard->rules);
	free(guard->line);
	*guard = (struct worker_guard){ .rules = NULL };
}

bool
guard_is_asking(const struct worker *w)
{
	return w->guard.state != GUARD_OPEN && w->start->tty;	/* else they are the program's standard input */
}

/* ---- what is said ------------------------------------------------------------------------------------------------ */

char *
guard_shown(const char *line, char text[GUARD_SHOWN])
{
	AUTO_FREE char *clean = text_clean(line, strlen(line));

	(void)text_fit(clean, GUARD_CHARACTERS, true, text, GUARD_SHOWN);
	for (size_t i = strlen(text); i > 0 && text[i - 1] == ' ';)
		text[--i] = '\0';
	return text;
}

static char *
exec_text(const struct worker_guard *guard, bool has_keys, char text[WORKER_NOTICE])
{
	char line[GUARD_SHOWN];

	guard_shown(guard->line, line);
	if (guard->state == GUARD_CONFIRMING)
		snprintf(text, WORKER_NOTICE, " Type yes to run it, or Esc: %.16s_  %.60s (%.40s: %.60s)", guard->word, line, guard->rule->name, guard->rule->why);
	else
		snprintf(text, WORKER_NOTICE, " An approver is being asked%s. %.60s (%.40s: %.60s)", has_keys ? "; Esc says no" : "", line, guard->rule->name, guard->rule->why);
	return text;
}

char *
guard_text(const struct worker *w, char text[WORKER_NOTICE])
{
	const struct worker_guard *guard = &w->guard;

	if (guard->is_exec)
		return exec_text(guard, w->start->tty, text);
	if (guard->state == GUARD_CONFIRMING)
		snprintf(text, WORKER_NOTICE, " Type yes to enter it, or Esc: %.16s_  %.40s: %.90s.", guard->word, guard->rule->name, guard->rule->why);
	else
		snprintf(text, WORKER_NOTICE, " An approver is being asked; Esc goes back. %.40s: %.90s.", guard->rule->name, guard->rule->why);
	return text;
}

void
guard_tell(struct worker *w, enum rec_guard_did did, const char *by)
{
	AUTO_FREE uint8_t *room = own_alloc(REC_GUARD_HEAD + REC_COMMAND_MOST);
	AUTO_FREE char *text = NULL;
	struct rec_guard told = { .did = did, .text = w->guard.line, .count = strlen(w->guard.line) };
	struct worker_news news = { .type = did == REC_GUARD_ASKED ? "guard-asked" : "guarded", .a = w->guard.n };
	char line[GUARD_SHOWN];
	struct rec_event event;

	snprintf(told.rule, sizeof told.rule, "%s", w->guard.rule->name);
	snprintf(told.by, sizeof told.by, "%s", by);
	rec_event_make_guard(&event, &told, room);
	tape_put(w, &event);
	if (did == REC_GUARD_ASKED ? asprintf(&text, "%s: %s", told.rule, guard_shown(w->guard.line, line)) < 0 :
	    asprintf(&text, "%s: %s%s%s: %s", told.rule, rec_guard_word(did), by[0] != '\0' ? " by " : "", by, guard_shown(w->guard.line, line)) < 0)
		return;
	news.text = text;
	gate_report(w, &news);
}

/* The Enter is not given, and what was pasted or typed behind it would join the line: it goes, too. */
static void
withhold(struct worker *w)
{
	buf_wipe(&w->port.typed);
	buf_init(&w->port.typed, WIRE_CHUNK);
	buf_clear(&w->port.arrived);
	w->guard.is_paste = false;
	w->guard.may_pass = false;
}

static void
let_pass(struct worker_guard *guard)
{
	guard->may_pass = true;
	guard->let = guard->rule;
}

static void
close_question(struct worker *w)
{
	w->guard.state = GUARD_OPEN;
	w->due[DUE_GUARD] = 0;
	memset(w->guard.word, 0, sizeof w->guard.word);
	bar_clear(w);
}

/* The answer to what was asked. */
static void
conclude(struct worker *w, enum rec_guard_did did, const char *by, const char *sentence)
{
	bool may = did == REC_GUARD_CONFIRMED || did == REC_GUARD_ALLOWED;

	guard_tell(w, did, by);
	close_question(w);
	if (w->guard.is_exec && may && w->guard.exec == w->guard.first)
		w->guard.passed = w->guard.rule;
	if (w->guard.is_exec)
		guard_exec_answer(w, may);
	else if (may)
		let_pass(&w->guard);
	else
		withhold(w);
	if (sentence != NULL)
		bar_say(w, sentence, false);
	guard_exec_next(w);
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

static void
deny(struct worker *w)
{
	char text[WORKER_NOTICE];

	snprintf(text, sizeof text, "Not entered; change the line. %.40s: %.90s.", w->guard.rule->name, w->guard.rule->why);
	guard_tell(w, REC_GUARD_DENIED, "");
	withhold(w);
	bar_say(w, text, false);
}

static void
warn(struct worker *w)
{
	char text[WORKER_NOTICE];

	snprintf(text, sizeof text, "Careful, %.30s: %.120s.", w->guard.rule->name, w->guard.rule->why);
	guard_tell(w, REC_GUARD_WARNED, "");
	let_pass(&w->guard);
	bar_say(w, text, false);
}

/* Nobody can be asked. */
static void
give_up(struct worker *w, bool can_ask)
{
	const char *why = can_ask ? "without a terminal nothing can be confirmed" : "the gate cannot be asked now";
	char text[WORKER_NOTICE], line[GUARD_SHOWN];

	guard_tell(w, REC_GUARD_LAPSED, "");
	if (w->guard.is_exec)
		snprintf(text, sizeof text, "Not run: %s. %.60s (%.40s: %.50s)", why, guard_shown(w->guard.line, line), w->guard.rule->name, w->guard.rule->why);
	else
		snprintf(text, sizeof text, "Not entered: %s.", why);
	if (w->guard.is_exec)
		guard_exec_answer(w, false);
	else
		withhold(w);
	bar_say(w, text, false);
}

void
guard_ask(struct worker *w, enum worker_guard_state state)
{
	bool has_screen = w->start->tty && !w->bar.is_blind;
	bool can_ask = state == GUARD_CONFIRMING || w->gate.conn.fd >= 0;
	char text[WORKER_NOTICE];

	if (!can_ask || (!has_screen && (state == GUARD_CONFIRMING || !w->guard.is_exec))) {
		give_up(w, can_ask);
		return;
	}
	w->guard.state = state;
	w->guard.n++;
	if (state == GUARD_ASKING)
		guard_tell(w, REC_GUARD_ASKED, "");
	if (!has_screen)
		bar_say(w, guard_text(w, text) + 1, false);
	w->due[DUE_GUARD] = clock_boot_us() + (state == GUARD_ASKING ? ASK_US : CONFIRM_US);
	bar_clear(w);
}

/* The line at the cursor, if a rule has something to say about it. True if its Enter may go. */
static bool
judge(struct worker *w, enum mask_tty tty)
{
	struct worker_guard *guard = &w->guard;
	const char *line = mask_entered_now(w->line.entered, tty);

	guard->is_exec = false;
	guard->rule = line != NULL ? guard_rules_find(guard->rules, GUARD_IN_COMMAND, line, strlen(line)) : NULL;
	if (guard->rule == NULL)
		return true;
	free(guard->line);
	guard->line = masking_text(w, line);
	if (guard->rule->does == GUARD_WARN)
		warn(w);
	else if (guard->rule->does == GUARD_CONFIRM)
		guard_ask(w, GUARD_CONFIRMING);
	else if (guard->rule->does == GUARD_ASK)
		guard_ask(w, GUARD_ASKING);
	else
		deny(w);
	return guard->may_pass;
}

void
guard_again(struct worker *w)
{
	if (w->guard.state == GUARD_ASKING)
		guard_tell(w, REC_GUARD_ASKED, "");
}

void
guard_heard(struct worker *w, const struct wire_verdict *verdict)
{
	char text[WORKER_NOTICE];

	if (w->guard.state != GUARD_ASKING || verdict->n != w->guard.n)
		return;
	snprintf(text, sizeof text, "%.40s says %s%s%.140s.", verdict->by, verdict->allow ? "yes" : "no", verdict->reason[0] != '\0' ? ": " : "", verdict->reason);
	conclude(w, verdict->allow ? REC_GUARD_ALLOWED : REC_GUARD_REFUSED, verdict->by, text);
	port_write(w);
}

void
guard_tick(struct worker *w)
{
	if (w->guard.state != GUARD_OPEN)
		conclude(w, REC_GUARD_LAPSED, "", w->guard.is_exec ? "Not run: nobody answered in time." : "Not entered: nobody answered in time. The line is still there.");
	else
		port_write(w);
}

void
guard_keys(struct worker *w, const uint8_t *bytes, size_t count)
{
	struct worker_guard *guard = &w->guard;

	for (size_t i = 0; i < count && guard->state != GUARD_OPEN; i++) {
		size_t used = strlen(guard->word);

		if (bytes[i] == KEY_ESCAPE || bytes[i] == KEY_CANCEL) {
			conclude(w, REC_GUARD_WITHDRAWN, "", guard->is_exec ? "Not run." : "Not entered. The line is still there.");
			return;	/* the rest of a sequence */
		}
		if (guard->state == GUARD_ASKING)
			continue;
		if (bytes[i] == '\r' || bytes[i] == '\n') {
			if (strcmp(guard->word, "yes") == 0)
				conclude(w, REC_GUARD_CONFIRMED, "", NULL);
			guard->word[0] = '\0';
		} else if ((bytes[i] == KEY_BACK || bytes[i] == KEY_DELETE) && used > 0) {
			guard->word[used - 1] = '\0';
		} else if (bytes[i] == KEY_WIPE) {
			guard->word[0] = '\0';
		} else if (bytes[i] > ' ' && bytes[i] < KEY_DELETE && used + 1 < sizeof guard->word) {
			guard->word[used] = (char)bytes[i];
			guard->word[used + 1] = '\0';
		}
		bar_clear(w);
	}
	port_write(w);
}

/* ---- the way of the keys ----------------------------------------------------------------------------------------- */

static bool
begins(const uint8_t *bytes, size_t count, const char *sequence)
{
	return count >= strlen(sequence) && memcmp(bytes, sequence, strlen(sequence)) == 0;
}

static bool
is_enter(uint8_t byte, enum mask_tty tty)
{
	return byte == '\r' || byte == '\n' || (byte == KEY_ACCEPT && tty == MASK_TTY_RAW);
}

/* Bytes before the next Enter, or up to an interrupt; one that was pasted between brackets enters nothing yet. */
static size_t
before_enter(const struct worker_guard *guard, const uint8_t *bytes, size_t count, enum mask_tty tty)
{
	bool is_paste = guard->is_paste;
	size_t i = 0;

	for (; i < count && (is_paste || !is_enter(bytes[i], tty)); i++) {
		if (!is_paste && bytes[i] == KEY_CANCEL)
			return i + 1;
		is_paste = begins(bytes + i, count - i, paste) || (is_paste && !begins(bytes + i, count - i, pasted));
	}
	return i;
}

static void
wait_until(struct worker *w, int64_t us)
{
	w->due[DUE_GUARD] = us;
}

/* The echo of what was typed is there, or it will not come. */
static bool
is_echoed(struct worker *w, int64_t now)
{
	const struct worker_guard *guard = &w->guard;
	const struct grid *grid = mask_entered_grid(w->line.entered);
	bool has_answer = guard->handed_us == 0 || grid_place(grid) != guard->handed_place;

	if (guard->handed_us == 0 || now - guard->handed_us >= ECHO_US || (has_answer && now - guard->handed_us >= QUIET_US && !mask_input_waits(w->input.keys)))
		return true;
	wait_until(w, now + QUIET_US / 2);
	return false;
}

/* What the last Enter or interrupt did is there: the shell has taken the terminal, or given it to a command. */
static bool
is_answered(struct worker *w, int64_t now)
{
	struct worker_guard *guard = &w->guard;
	const struct grid *grid = mask_entered_grid(w->line.entered);
	int64_t least = grid_place(grid) != guard->entered_place ? QUIET_US / 2 : ANSWER_US;

	if (guard->entered_us == 0 || now - guard->entered_us >= least)
		return true;
	wait_until(w, now + QUIET_US / 4);
	return false;
}

size_t
guard_limit(struct worker *w, const uint8_t *bytes, size_t count)
{
	enum mask_tty tty;
	int64_t now;
	size_t before;

	if (!w->guard.has_lines)
		return count;
	if (w->guard.state != GUARD_OPEN)
		return 0;
	now = clock_boot_us();
	if (!is_answered(w, now))
		return 0;
	tty = (enum mask_tty)input_tty(w);
	before = before_enter(&w->guard, bytes, count, tty);
	if (before > 0)
		return before;
	if (w->guard.may_pass || tty == MASK_TTY_BLIND)
		return 1;
	if (!is_echoed(w, now))
		return 0;
	return judge(w, tty) ? 1 : 0;
}

void
guard_handed(struct worker *w, const uint8_t *bytes, size_t count)
{
	struct worker_guard *guard = &w->guard;
	uint64_t place;

	if (!guard->has_lines)
		return;
	place = grid_place(mask_entered_grid(w->line.entered));
	for (size_t i = 0; i < count; i++)
		guard->is_paste = begins(bytes + i, count - i, paste) || (guard->is_paste && !begins(bytes + i, count - i, pasted));
	if (count == 1 && !guard->is_paste && is_enter(bytes[0], MASK_TTY_RAW)) {
		guard->passed = guard->may_pass ? guard->let : NULL;
		guard->may_pass = false;
		guard->entered_us = clock_boot_us();
		guard->entered_place = place;
		guard->handed_us = 0;
	} else if (count > 0 && !guard->is_paste && bytes[count - 1] == KEY_CANCEL) {
		/* With keys right behind it a shell may keep the line that it was to drop, and then the next Enter enters both. */
		guard->entered_us = clock_boot_us();
		guard->entered_place = place;
		guard->handed_us = 0;
	} else {
		guard->handed_us = clock_boot_us();
		guard->handed_place = place;
	}
}
