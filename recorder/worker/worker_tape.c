/* SPDX-License-Identifier: ISC */
/*
 * The worker's recording: put, seal, then show. Nothing leaves the stage before rec_writer_flush() has said yes; while
 * the disk says no, everything is held and tried again. Syncing is done by the one thread here. Where what is run has a
 * recording of its own, the trail, that is written beside the other one, and all this holds for both.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/record/writer.h"
#include "recorder/keeper/contract.h"
#include "recorder/worker/worker.h"

#define RETRY_US	(CLOCK_US / 4)	/* between two tries on a full disk */
#define GRACE_S		30		/* where the start names none */
#define STACK_BYTES	(64u * 1024)

enum { SYNC_RECORDING = 1, SYNC_TRAIL = 2 };

/* The thread: a number in says what to sync, the same one out that it is done. It touches nothing else. */
static void *
sync_thread(void *argument)
{
	struct worker_tape *tape = argument;
	uint64_t number;

	while (read(tape->wake, &number, sizeof number) == (ssize_t)sizeof number) {
		tape->sync_result = (number & SYNC_RECORDING) != 0 && fdatasync(WORKER_REC) < 0 ? -errno : 0;
		if ((number & SYNC_TRAIL) != 0 && fdatasync(WORKER_TRAIL_REC) < 0)
			tape->sync_result = -errno;
		if (write(tape->woken, &number, sizeof number) < 0)
			break;
	}
	return NULL;
}

static int
start_thread(struct worker_tape *tape)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int r;

	tape->wake = eventfd(0, EFD_CLOEXEC);
	tape->woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (tape->wake < 0 || tape->woken < 0)
		return -errno;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&thread, &attributes, sync_thread, tape);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int
tape_open(struct worker *w)
{
	const struct wire_start *start = w->start;
	struct rec_params params = { .rec_fd = WORKER_REC, .tail_fd = WORKER_TAIL, .id = start->session,
		.start_wall_us = start->started_us, .recipients = (const char *const *)start->recipients,
		.owners = (const char *const *)start->owners, .keys = start->keys,
		.external = start->external, .columns = (uint16_t)w->port.cols, .rows = (uint16_t)w->port.rows,
		.meta = start->meta };
	struct worker_tape *tape = &w->tape;
	int r;

	buf_init(&tape->out, start->mask ? WORKER_STAGE : WIRE_CHUNK);
	buf_init(&tape->err, start->mask ? WORKER_STAGE : WIRE_CHUNK);
	buf_init(&tape->in, WIRE_CHUNK);
	tape->wake = tape->woken = -1;
	signal(SIGXFSZ, SIG_IGN);
	r = rec_writer_open(&params, &tape->writer);
	params.rec_fd = WORKER_TRAIL_REC;
	params.tail_fd = WORKER_TRAIL_TAIL;
	params.meta = start->trail_meta;
	if (r == 0 && start->own_trail)
		r = rec_writer_open(&params, &tape->trail);
	return r < 0 ? r : start_thread(tape);
}

void
tape_done(struct worker_tape *tape)
{
	rec_writer_free(tape->writer);
	rec_writer_free(tape->trail);
	tape->writer = tape->trail = NULL;
	buf_done(&tape->out);
	buf_done(&tape->err);
	buf_wipe(&tape->in);
}

/* An error that waiting may heal. */
static bool
is_shortage(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EIO || error == -EFBIG || error == -ENOMEM || error == -EAGAIN;
}

/* Everything that is staged may be seen now. */
static void
release(struct worker *w)
{
	struct worker_tape *tape = &w->tape;

	tape->is_dirty = false;
	if (buf_len(&tape->out) > 0) {
		client_show(w, WIRE_OUTPUT, &tape->out);
		bar_feed(w, buf_data(&tape->out), buf_len(&tape->out));
		buf_clear(&tape->out);
	}
	if (buf_len(&tape->err) > 0) {
		client_show(w, WIRE_ERROR_OUTPUT, &tape->err);
		buf_clear(&tape->err);
	}
	if (buf_len(&tape->in) > 0) {
		(void)buf_add(&w->port.typed, buf_data(&tape->in), buf_len(&tape->in));	/* it was empty: port_type */
		buf_clear(&tape->in);
	}
}

/* Everything that was put, and what masking has not decided, to the kernel. */
static int
flush(struct worker *w, int64_t now)
{
	int r = masking_undecided(w);

	if (r == 0)
		r = input_undecided(w);
	if (r == 0 && w->tape.trail != NULL)
		r = rec_writer_flush(w->tape.trail, now);
	return r < 0 ? r : rec_writer_flush(w->tape.writer, now);
}

static void
hold(struct worker *w, int error)
{
	struct worker_news news = { .type = "disk-full", .text = err_text(error) };
	int64_t now = clock_boot_us();

	w->due[DUE_RETRY] = now + RETRY_US;
	if (w->tape.is_held)
		return;
	w->tape.is_held = true;
	w->due[DUE_GRACE] = now + (w->start->grace_s > 0 ? w->start->grace_s : GRACE_S) * CLOCK_US;
	log_warn("the recording cannot be written: %s; input and output are held", err_text(error));
	gate_report(w, &news);
	bar_say(w, BAR_HELD, true);
}

static void
unhold(struct worker *w)
{
	struct worker_news news = { .type = "disk-space" };

	w->tape.is_held = false;
	w->due[DUE_RETRY] = w->due[DUE_GRACE] = 0;
	bar_clear(w);
	gate_report(w, &news);
	tape_text(w, REC_STATE, "disk-full: output and input were held until there was space");
}

/* A recording that cannot go on ends the session. */
static void
judge(struct worker *w, int error)
{
	if (is_shortage(error))
		hold(w, error);
	else
		end_begin(w, WHY_RECORDING, NULL, err_text(error));
}

/* Where what was run stands, and what only repeats it. */
static struct rec_writer *
writer_for(const struct worker_tape *tape, enum rec_kind kind)
{
	static const bool is_run[REC_KIND_COUNT] = { [REC_COMMAND] = true, [REC_COMMAND_END] = true, [REC_GUARD] = true, [REC_EXEC] = true,
		[REC_FILE] = true };

	return tape->trail != NULL && is_run[kind] ? tape->trail : tape->writer;
}

static void
put_into(struct worker *w, struct rec_writer *writer, const struct rec_event *event, int64_t t_us)
{
	struct rec_event timed = *event;
	int r;

	if (w->tape.is_closing)
		return;
	timed.t_us = t_us;
	if (t_us > w->tape.last_us && writer == w->tape.writer)
		w->tape.last_us = t_us;
	r = rec_writer_put(writer, &timed);
	if (r < 0 && r != ERR_BUF_FULL)
		log_error("an event of %zu bytes was not recorded: %s", event->count, err_text(r));
	if (r < 0)
		end_begin(w, WHY_RECORDING, NULL, err_text(r));
	w->tape.is_dirty = true;
}

static void
put_at(struct worker *w, const struct rec_event *event, int64_t t_us)
{
	put_into(w, writer_for(&w->tape, event->kind), event, t_us);
}

void
tape_put(struct worker *w, const struct rec_event *event)
{
	put_at(w, event, clock_boot_us() - w->zero_us);
}

void
tape_put_came(struct worker *w, const struct rec_event *event, int64_t came_us)
{
	struct rec_event late = { .t_us = w->tape.last_us };
	int64_t t_us = came_us - w->zero_us;
	AUTO_FREE uint8_t *room = NULL;

	if (t_us >= w->tape.last_us) {
		put_at(w, event, t_us);
		return;
	}
	room = own_alloc(REC_SHOWN_HEAD + event->count);
	rec_event_make_shown(&late, t_us, event->bytes, event->count, room);
	put_at(w, &late, w->tape.last_us);
}

void
tape_text(struct worker *w, enum rec_kind kind, const char *text)
{
	struct rec_event event;

	rec_event_make_text(&event, kind, text);
	tape_put(w, &event);
}

void
tape_trail_text(struct worker *w, enum rec_kind kind, const char *text)
{
	struct rec_event event;

	rec_event_make_text(&event, kind, text);
	if (w->tape.trail != NULL)
		put_into(w, w->tape.trail, &event, clock_boot_us() - w->zero_us);
}

/* A segment that was closed: what the log needs to see later that nothing was cut off. */
static void
report_segment(struct worker *w, const struct rec_writer *writer)
{
	struct worker_news news = { .type = writer == w->tape.trail ? "trail-segment" : "segment" };
	struct rec_count count;

	rec_writer_count(writer, &count);
	news.a = (int64_t)count.file_bytes;
	news.sha256 = count.sha256;
	gate_report(w, &news);
}

/* `what`, if there is anything of it to sync; else 0. */
static uint64_t
begin_sync(struct worker *w, struct rec_writer *writer, unsigned what)
{
	if (writer == NULL || !rec_writer_wants_sync(writer) || rec_writer_sync_begin(writer) < 0)
		return 0;
	report_segment(w, writer);
	return what;
}

static void
start_sync(struct worker *w)
{
	uint64_t number;

	if (w->tape.is_syncing || w->tape.is_closing)
		return;
	number = begin_sync(w, w->tape.writer, SYNC_RECORDING) | begin_sync(w, w->tape.trail, SYNC_TRAIL);
	if (number == 0)
		return;
	w->tape.is_syncing = true;
	if (write(w->tape.wake, &number, sizeof number) < 0)
		end_begin(w, WHY_RECORDING, NULL, "the disk could not be synced");
}

void
tape_seal(struct worker *w)
{
	struct worker_tape *tape = &w->tape;
	int64_t now;
	int r;

	if (!tape->is_dirty || tape->is_held || tape->is_closing)
		return;
	now = clock_boot_us();
	r = flush(w, now);
	if (r < 0) {
		judge(w, r);
		return;
	}
	release(w);
	start_sync(w);
	if (w->due[DUE_SEGMENT] == 0)
		w->due[DUE_SEGMENT] = now + REC_SEGMENT_US;
}

void
tape_retry(struct worker *w)
{
	int r;

	if (!w->tape.is_held || w->tape.is_closing)
		return;
	r = flush(w, clock_boot_us());
	if (r < 0) {
		judge(w, r);
		return;
	}
	release(w);
	unhold(w);
	masking_tick(w);
	input_tick(w);
}

void
tape_grace(struct worker *w)
{
	if (w->tape.is_held)
		end_begin(w, WHY_DISK, NULL, NULL);
}

void
tape_tick(struct worker *w)
{
	int64_t now = clock_boot_us();
	int wait_ms, trail_ms = -1;
	int r;

	if (w->tape.is_held || w->tape.is_closing)
		return;
	masking_count(w);
	r = masking_undecided(w);
	if (r == 0)
		r = input_undecided(w);
	if (r == 0)
		r = rec_writer_tick(w->tape.writer, now, &wait_ms);
	if (r == 0 && w->tape.trail != NULL)
		r = rec_writer_tick(w->tape.trail, now, &trail_ms);
	if (r < 0) {
		judge(w, r);
		return;
	}
	release(w);
	start_sync(w);
	if (wait_ms < 0 || (trail_ms >= 0 && trail_ms < wait_ms))
		wait_ms = trail_ms;
	if (wait_ms >= 0)
		w->due[DUE_SEGMENT] = now + (int64_t)wait_ms * 1000;
}

void
tape_synced(struct worker *w)
{
	uint64_t number;

	if (read(w->tape.woken, &number, sizeof number) != (ssize_t)sizeof number)
		return;
	w->tape.is_syncing = false;
	if (((number & SYNC_RECORDING) != 0 && rec_writer_sync_done(w->tape.writer, w->tape.sync_result) < 0) ||
	    ((number & SYNC_TRAIL) != 0 && rec_writer_sync_done(w->tape.trail, w->tape.sync_result) < 0)) {
		end_begin(w, WHY_RECORDING, NULL, err_text(w->tape.sync_result));
		return;
	}
	start_sync(w);	/* segments that were closed meanwhile */
	if (w->due[DUE_SEGMENT] == 0 && w->phase == WORKER_RUNNING)
		w->due[DUE_SEGMENT] = clock_boot_us() + CLOCK_US;	/* lets the writer give memory back */
}

static uint32_t
count_of(int64_t processes)
{
	return processes < 0 || processes >= REC_NOT_KNOWN ? REC_NOT_KNOWN : (uint32_t)processes;
}

int64_t
tape_close(struct worker *w, const char *why)
{
	struct rec_end end = { .status = w->end.status, .killed = count_of(w->end.killed),
		.survivors = count_of(w->end.survivors) };
	uint8_t room[REC_PAYLOAD];
	struct rec_event event;
	struct rec_count count;
	int r;

	files_end(w);
	trail_cover(w);
	masking_end(w);
	input_end(w);
	(void)masking_undecided(w);	/* there is no more */
	(void)input_undecided(w);
	snprintf(end.why, sizeof end.why, "%s%s%s", why, w->end.text != NULL ? ": " : "", w->end.text != NULL ? w->end.text : "");
	rec_event_make_end(&event, &end, room);
	event.t_us = clock_boot_us() - w->zero_us;
	w->tape.is_closing = true;
	r = rec_writer_close(w->tape.writer, &event);
	if (r == 0 && w->tape.trail != NULL)
		r = rec_writer_close(w->tape.trail, &event);
	if (r < 0)
		return r;
	release(w);
	w->tape.is_closed = true;
	rec_writer_count(w->tape.writer, &count);
	return (int64_t)count.file_bytes;
}

bool
tape_sum(const struct worker_tape *tape, uint8_t sha256[32])
{
	struct rec_count count;

	if (!tape->is_closed)
		return false;
	rec_writer_count(tape->writer, &count);
	memcpy(sha256, count.sha256, sizeof count.sha256);
	return true;
}

int64_t
tape_trail_sum(const struct worker_tape *tape, uint8_t sha256[32])
{
	struct rec_count count;

	if (!tape->is_closed || tape->trail == NULL)
		return -1;
	rec_writer_count(tape->trail, &count);
	memcpy(sha256, count.sha256, sizeof count.sha256);
	return (int64_t)count.file_bytes;
}
