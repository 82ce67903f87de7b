/* SPDX-License-Identifier: ISC */
/*
 * Guards on exec: a program that the tracer holds before it is executed. It runs when no rule knows it, or when a person
 * has said yes; an answer leaves only after the recording has what it follows from.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/trail.h"
#include "recorder/keeper/contract.h"
#include "recorder/mask/guard_rule.h"
#include "recorder/trail/frame.h"
#include "recorder/worker/worker.h"

#define ANSWERS_MOST	(1024 * sizeof(struct answer))	/* more than the tracer can ask at once */
#define NAMES		3	/* ways to write a command's first word */

static const struct guard_rule unreadable = { GUARD_DENY, GUARD_IN_EXEC, "unreadable", "what it would run cannot be read", "" };
static const struct guard_rule too_long = { GUARD_DENY, GUARD_IN_EXEC, "too-long", "only 8 KiB of arguments can be judged", "" };

void
guard_exec_open(struct worker *w)
{
	w->guard.answers = fcntl(WORKER_ANSWERS, F_GETFD) < 0 ? -1 : WORKER_ANSWERS;
	buf_init(&w->guard.answered, ANSWERS_MOST);
}

void
guard_exec_done(struct worker_guard *guard)
{
	for (size_t i = 0; i < guard->wait_count; i++)
		free(guard->waiting[i].line);
	guard->wait_count = 0;
	buf_done(&guard->answered);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void
answer(struct worker *w, uint64_t id, bool may_run)
{
	const struct answer answer = { .id = id, .may_run = may_run ? 1 : 0 };

	(void)buf_add(&w->guard.answered, &answer, sizeof answer);	/* without one it is not executed */
}

void
guard_exec_answer(struct worker *w, bool may_run)
{
	answer(w, w->guard.exec, may_run);
	w->guard.is_exec = false;
}

bool
guard_exec_is_due(const struct worker *w)
{
	return buf_len(&w->guard.answered) > 0 && !w->tape.is_held && w->guard.answers >= 0;
}

void
guard_exec_send(struct worker *w)
{
	struct buf *answered = &w->guard.answered;
	ssize_t n;

	if (!guard_exec_is_due(w))
		return;
	n = write(w->guard.answers, buf_data(answered), buf_len(answered));
	if (n > 0)
		buf_consume(answered, (size_t)n);
	else
		w->guard.answers = -1;	/* the tracer has gone: its own end says so */
}

/* ---- the judgement ----------------------------------------------------------------------------------------------- */

static const char *
base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* "rm -rf /" of /bin/rm and its arguments; the first of them is the name by which it is called. */
static char *
line_of(const char *name, const struct rec_exec *exec)
{
	AUTO_BUF struct buf line = { .max = 2 * FRAME_MOST };
	AUTO_FREE char *text = NULL;
	size_t at = 0;

	(void)buf_add_text(&line, name);
	for (bool is_first = true; at < exec->args_bytes; is_first = false) {
		const char *word = exec->args + at;

		at += strlen(word) + 1;
		if (is_first)
			continue;
		(void)buf_add(&line, " ", 1);
		(void)buf_add_text(&line, word);
	}
	text = buf_text(&line);
	return text_clean(text, strlen(text));
}

/* The strictest rule about any of the ways in which the same command is written. */
static const struct guard_rule *
judge(struct worker *w, const struct rec_exec *exec)
{
	const char *const called = exec->args_bytes > 0 ? base(exec->args) : "";
	const char *const names[NAMES] = { base(exec->path), exec->path, called };
	const struct guard_rule *strictest = NULL;

	if (exec->flags & TRAIL_UNKNOWN)
		return &unreadable;
	for (size_t i = 0; i < NAMES; i++) {
		AUTO_FREE char *line = line_of(names[i], exec);
		const struct guard_rule *rule = guard_rules_find(w->guard.rules, GUARD_IN_EXEC, line, strlen(line));

		if (rule != NULL && (strictest == NULL || rule->does > strictest->does))
			strictest = rule;
	}
	/* What would have matched may stand behind the end. */
	return exec->flags & TRAIL_CUT ? &too_long : strictest;
}

static void
deny(struct worker *w)
{
	char text[WORKER_NOTICE], line[GUARD_SHOWN];

	snprintf(text, sizeof text, "Not run: %.60s (%.40s: %.60s)", guard_shown(w->guard.line, line), w->guard.rule->name, w->guard.rule->why);
	guard_tell(w, REC_GUARD_DENIED, "");
	guard_exec_answer(w, false);
	bar_say(w, text, false);
}

static void
warn(struct worker *w)
{
	char text[WORKER_NOTICE], line[GUARD_SHOWN];

	snprintf(text, sizeof text, "Careful: %.60s (%.40s: %.60s)", guard_shown(w->guard.line, line), w->guard.rule->name, w->guard.rule->why);
	guard_tell(w, REC_GUARD_WARNED, "");
	guard_exec_answer(w, true);
	bar_say(w, text, false);
}

/* From the queue to what is asked about. */
static void
take_first(struct worker_guard *guard)
{
	struct worker_exec first = guard->waiting[0];

	guard->wait_count--;
	memmove(guard->waiting, guard->waiting + 1, guard->wait_count * sizeof guard->waiting[0]);
	free(guard->line);
	guard->line = first.line;
	guard->rule = first.rule;
	guard->exec = first.id;
	guard->is_exec = true;
}

void
guard_exec_next(struct worker *w)
{
	struct worker_guard *guard = &w->guard;

	while (guard->state == GUARD_OPEN && guard->wait_count > 0) {
		take_first(guard);
		if (guard->rule->does == GUARD_WARN)
			warn(w);
		else if (guard->rule->does == GUARD_CONFIRM)
			guard_ask(w, GUARD_CONFIRMING);
		else if (guard->rule->does == GUARD_ASK)
			guard_ask(w, GUARD_ASKING);
		else
			deny(w);
	}
}

static void
say_full(struct worker *w, const char *line)
{
	AUTO_FREE char *masked = masking_text(w, line);
	AUTO_FREE char *state = NULL;
	char text[WORKER_NOTICE], shown[GUARD_SHOWN];

	snprintf(text, sizeof text, "Not run: too many programs wait for an answer. %.100s", guard_shown(masked, shown));
	bar_say(w, text, false);
	if (asprintf(&state, "guard: not run, too many programs wait: %.300s", masked) >= 0)
		tape_text(w, REC_STATE, state);
}

void
guard_exec(struct worker *w, uint64_t id, const struct rec_exec *exec)
{
	struct worker_guard *guard = &w->guard;
	const struct guard_rule *rule = exec != NULL ? judge(w, exec) : &unreadable;
	const struct rec_exec nothing = { .args_bytes = 0 };
	AUTO_FREE char *line = NULL;

	if (guard->first == 0)
		guard->first = id;
	if (rule == NULL || rule == guard->passed) {
		answer(w, id, true);
		return;
	}
	line = line_of(exec != NULL ? base(exec->path) : "?", exec != NULL ? exec : &nothing);
	if (guard->wait_count == WORKER_EXECS) {
		answer(w, id, false);
		say_full(w, line);
		return;
	}
	guard->waiting[guard->wait_count++] = (struct worker_exec){ .id = id, .rule = rule, .line = masking_text(w, line) };
	guard_exec_next(w);
}

void
guard_exec_changed(struct worker *w)
{
	struct worker_news news = { .type = "trail-mismatch" };

	news.text = "a program was changed while a guard asked about it, and was not run";
	gate_report(w, &news);
	tape_text(w, REC_STATE, news.text);
	bar_say(w, "Not run: it has changed since you were asked.", false);
}
