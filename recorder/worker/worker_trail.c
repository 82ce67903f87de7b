/* SPDX-License-Identifier: ISC */
/*
 * The trail: frames of the tracer become events of the recording, their texts masked. While nothing is read, the pipe
 * fills and the session's processes wait: nothing is dropped.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/record/trail.h"
#include "recorder/keeper/contract.h"
#include "recorder/trail/frame.h"
#include "recorder/worker/worker.h"

#define READ_MOST	(48u * 1024)	/* of one turn, so that keys and output have theirs */
#define PAUSE_US	(CLOCK_US / 50)	/* records alone wake us no more often; with output they are read at once */
#define LOST_US		(3 * CLOCK_US / 10)	/* for the warden's word, where the tracer went because all did */
#define ALERTS_MOST	20	/* of one session, in the log */
#define BETWEEN		'\x1f'		/* stands between arguments while they are masked as one line */

void
trail_open(struct worker *w)
{
	w->trail.fd = w->start->trail != ROLE_TRAIL_OFF ? WORKER_TRAIL : -1;
	buf_init(&w->trail.in, sizeof(struct frame) + FRAME_MOST + READ_MOST);
}

void
trail_done(struct worker_trail *trail)
{
	buf_done(&trail->in);
}

bool
trail_is_wanted(const struct worker *w)
{
	return w->trail.fd >= 0 && !w->trail.is_over && !w->tape.is_held && w->due[DUE_TRAIL] == 0;
}

/* ---- one frame */

static uint32_t
ago(int64_t boot_us)
{
	int64_t us = clock_boot_us() - boot_us;

	return us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* All arguments as one line, so that a rule sees an option and its value side by side; then apart again. */
static char *
mask_args(struct worker *w, const struct rec_exec *exec, size_t *count)
{
	AUTO_FREE char *line = own_alloc(exec->args_bytes + 1);
	char *masked;

	memcpy(line, exec->args, exec->args_bytes);
	for (size_t i = 0; i + 1 < exec->args_bytes; i++)
		if (line[i] == '\0')
			line[i] = BETWEEN;
		else if (line[i] == BETWEEN)
			line[i] = '?';
	masked = masking_text(w, line);
	*count = strlen(masked) + 1;
	for (size_t i = 0; i + 1 < *count; i++)
		if (masked[i] == BETWEEN)
			masked[i] = '\0';
	return masked;
}

static void
count_flags(struct worker_trail *trail, unsigned flags)
{
	trail->unknown += (flags & TRAIL_UNKNOWN) != 0;
	trail->cut += (flags & TRAIL_CUT) != 0;
}

/* Somebody hides what is executed: the gate hears of it at once. Of many the first ones, all in the recording. */
static void
on_exact(struct worker *w, const struct rec_exec *exec)
{
	struct worker_news news = { .type = "trail-mismatch", .a = exec->pid };
	AUTO_FREE char *text = NULL;

	w->trail.exacts++;
	if (!(exec->flags & TRAIL_MISMATCH) || w->trail.mismatches++ >= ALERTS_MOST)
		return;
	if (asprintf(&text, "process %" PRIu32 " executed %.300s, which is not what it claimed", exec->pid, exec->path) < 0)
		text = NULL;
	news.text = text;
	gate_report(w, &news);
}

static void
put_exec(struct worker *w, const struct rec_event *told, int64_t boot_us)
{
	AUTO_BUF struct buf out = { .max = FRAME_MOST };
	AUTO_FREE char *args = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *cwd = NULL;
	struct rec_exec exec;
	struct rec_event event;

	if (rec_exec_read(told, &exec) < 0) {
		w->trail.unknown++;
		return;
	}
	exec.ago_us = ago(boot_us);
	path = masking_text(w, exec.path);
	cwd = masking_text(w, exec.cwd);
	exec.path = path;
	exec.cwd = cwd;
	if (exec.args_bytes > 0) {
		args = mask_args(w, &exec, &exec.args_bytes);
		exec.args = args;
	}
	w->trail.execs += exec.what == TRAIL_EXEC && !(exec.flags & TRAIL_MISSING);
	w->trail.missing += exec.what == TRAIL_EXEC && (exec.flags & TRAIL_MISSING);
	w->trail.no_status += exec.what == TRAIL_EXITED && exec.status == TRAIL_STATUS_UNKNOWN;
	count_flags(&w->trail, exec.flags);
	if (exec.what == TRAIL_EXACT)
		on_exact(w, &exec);
	if (rec_exec_make(&exec, &out, &event) == 0)
		tape_put(w, &event);
}

static void
put_file(struct worker *w, const struct rec_event *told, int64_t boot_us)
{
	AUTO_BUF struct buf out = { .max = FRAME_MOST };
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *other = NULL;
	struct rec_file file;
	struct rec_event event;

	if (rec_file_read(told, &file) < 0) {
		w->trail.unknown++;
		return;
	}
	file.ago_us = ago(boot_us);
	path = masking_text(w, file.path);
	other = file.other != NULL ? masking_text(w, file.other) : NULL;
	file.path = path;
	file.other = other;
	w->trail.files++;
	count_flags(&w->trail, file.flags);
	if (rec_file_make(&file, &out, &event) == 0)
		tape_put(w, &event);
}

static void
put_question(struct worker *w, const uint8_t *bytes, size_t count)
{
	struct rec_event event = { .kind = REC_EXEC };
	struct rec_exec exec;
	uint64_t id;

	if (count < sizeof id)
		return;
	memcpy(&id, bytes, sizeof id);
	event.bytes = bytes + sizeof id;
	event.count = count - sizeof id;
	guard_exec(w, id, rec_exec_read(&event, &exec) == 0 ? &exec : NULL);
}

static void
take(struct worker *w, const struct frame *frame, const uint8_t *bytes)
{
	const struct rec_event event = { .kind = (enum rec_kind)frame->kind, .bytes = bytes, .count = frame->count };
	struct worker_trail *trail = &w->trail;

	if (frame->kind == REC_EXEC) {
		put_exec(w, &event, frame->boot_us);
	} else if (frame->kind == REC_FILE) {
		put_file(w, &event, frame->boot_us);
	} else if (frame->kind == FRAME_ASK) {
		put_question(w, bytes, frame->count);
	} else if (frame->kind == FRAME_CHANGED) {
		guard_exec_changed(w);
	} else if (frame->kind == FRAME_BEGUN) {
		trail->has_begun = true;
	} else if (frame->kind == FRAME_NONE) {
		snprintf(trail->none, sizeof trail->none, "%.*s", (int)frame->count, (const char *)bytes);
		trail->has_none = true;
	} else if (frame->kind == FRAME_OVER) {
		trail->is_complete = true;
	} else if (frame->kind == FRAME_EXACT && frame->count == sizeof trail->witness) {
		memcpy(&trail->witness, bytes, sizeof trail->witness);
	} else if (frame->kind == FRAME_EXACT_LOST && frame->count == sizeof trail->exact_lost) {
		memcpy(&trail->exact_lost, bytes, sizeof trail->exact_lost);
	}
}

/* False if what stands there is no frame. */
static bool
take_frames(struct worker *w)
{
	struct buf *in = &w->trail.in;
	struct frame frame;

	while (buf_len(in) >= sizeof frame) {
		memcpy(&frame, buf_data(in), sizeof frame);
		if (frame.count > FRAME_MOST)
			return false;
		if (buf_len(in) < sizeof frame + frame.count)
			return true;
		take(w, &frame, buf_data(in) + sizeof frame);
		buf_consume(in, sizeof frame + frame.count);
	}
	return true;
}

/* The end of the trail: with the session's, or before it. */
static void
is_over(struct worker *w)
{
	w->trail.is_over = true;
	if (w->phase <= WORKER_RUNNING && !w->trail.has_none && !w->trail.is_complete)
		w->due[DUE_TRAIL_LOST] = clock_boot_us() + LOST_US;
}

bool
trail_read(struct worker *w)
{
	struct worker_trail *trail = &w->trail;
	uint8_t *room;
	ssize_t n;

	if (trail->fd < 0 || trail->is_over || w->tape.is_held || w->tape.is_closing)
		return false;
	room = buf_reserve(&trail->in, READ_MOST);
	n = room != NULL ? read(trail->fd, room, READ_MOST) : -1;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0)
		buf_commit(&trail->in, (size_t)n);
	if (n <= 0 || !take_frames(w))
		is_over(w);
	return n > 0;
}

void
trail_ready(struct worker *w)
{
	if (trail_read(w) && !w->guard.has_execs)	/* else somebody may wait for an answer */
		w->due[DUE_TRAIL] = clock_boot_us() + PAUSE_US;
}

bool
trail_is_lost(struct worker *w)
{
	const struct worker_trail *trail = &w->trail;

	while (trail_read(w))
		;
	return trail->is_over && !trail->has_none && !trail->is_complete;
}

void
trail_lost(struct worker *w)
{
	end_begin(w, WHY_TRAIL, NULL, NULL);
}

/* ---- the coverage statement */

static void
add_counts(const struct worker *w, struct buf *out)
{
	const struct worker_trail *t = &w->trail;

	(void)buf_addf(out, "trail of %s: %" PRIu64 " programs executed, %" PRIu64 " tried that were not there, %" PRIu64
	    " acts on files; 0 lost, %" PRIu64 " not readable, %" PRIu64 " cut, %" PRIu64 " exits not known",
	    w->start->trail == ROLE_TRAIL_READS ? "reads and writes" : "writes", t->execs, t->missing, t->files, t->unknown, t->cut,
	    t->no_status);
	if (w->end.why == WHY_TRAIL)
		(void)buf_add_text(out, "; the tracer died, and from then on nothing could be executed or changed");
	(void)buf_addf(out, ". Not captured: %scontents of files; writes by descriptors that were open already and by memory maps; "
	    "sockets made by bind; whether the kernel then let an act succeed; what mounts of the session's own make of a path; what another service "
	    "(cron, a container engine) does on the session's behalf. ",
	    w->start->trail == ROLE_TRAIL_READS ? "" : "files opened for reading; ");
	if (t->witness != TRACER_CLAIMED)
		(void)buf_addf(out, "Of the programs %s %" PRIu64 "; %" PRIu64 " of them were not what was claimed, %" PRIu64
		    " could not be read. Paths of files are as claimed: another thread can change them between our look and the kernel's",
		    t->witness == TRACER_KERNEL ? "the kernel told" : "ptrace saw", t->exacts, t->mismatches, t->exact_lost);
	else
		(void)buf_add_text(out,
		    "Arguments and paths are as claimed: another thread can change them between our look and the kernel's");
}

void
trail_cover(struct worker *w)
{
	struct worker_news news = { .type = "coverage" };
	AUTO_BUF struct buf text = { .max = 2000 };
	AUTO_FREE char *words = NULL;
	AUTO_FREE char *state = NULL;

	if (w->trail.is_covered || !w->start->gate)
		return;
	w->trail.is_covered = true;
	if (w->start->trail == ROLE_TRAIL_OFF)
		(void)buf_add_text(&text, "no trail: the role says `trail: off`. Programs and files are not captured, only the terminal");
	else if (w->trail.has_none)
		(void)buf_addf(&text, "no trail: %s. Programs and files are not captured, only the terminal", w->trail.none);
	else if (!w->trail.has_begun)
		(void)buf_add_text(&text, "no trail: the session ended before it began");
	else
		add_counts(w, &text);
	words = buf_text(&text);
	news.text = words;
	if (asprintf(&state, "coverage: %s", words) >= 0)
		tape_text(w, REC_STATE, state);
	if (state != NULL)
		tape_trail_text(w, REC_STATE, state);
	gate_report(w, &news);
}
