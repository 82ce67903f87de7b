/* SPDX-License-Identifier: ISC */
/*
 * postern-out: follows the log and hands each event to one sink, as the gate's account, started by the gate for each line of
 * /etc/postern/outputs: postern-out STATE ETC NAME KIND WORDS... It may wait for its sink as long as it likes: the log is its
 * buffer, and where it stands is on the disk. On standard output it says "lost SENTENCE" and "back"; it ends with its input.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "lib/store/event_json.h"
#include "lib/store/wrap.h"
#include "recorder/gate/gate_aide.h"
#include "recorder/out/progress.h"
#include "recorder/out/sink.h"

#define LOOK_MS		500		/* how often the log is asked for something new */
#define AGAIN_MS	1000		/* after a failure, twice as long each time */
#define AGAIN_MOST_MS	60000
#define QUIET_US	(600 * CLOCK_US)	/* a sink that comes and goes is told of so often: what is told is an event to be sent, too */
#define SURE_US		(5 * CLOCK_US)	/* a command that has read a line so long ago and lives has dealt with it */

struct out_log {
	struct store	*store;	/* NULL while it cannot be opened */
	struct wraps	*wraps;	/* secret memory: the keys of the key slots */
};

struct out {
	const char		*state, *name;
	char			*folder;	/* of marks */
	struct sink		 sink;
	struct out_log		 log;
	struct progress		 mark;		/* on the disk: what the sink has for good */
	int64_t			 at;		/* to be sent next */
	int64_t			 sent_us;	/* boottime of the last batch */
	unsigned		 tries;		/* in vain, one after the other */
	size_t			 most;		/* lines at one time: fewer after a failure */
	int64_t			 failed_at;	/* the mark at the last failure: until it is passed, no more lines at one time */
	int64_t			 told_us;	/* boottime; 0: never */
	bool			 is_told;	/* that it is lost */
	struct sink_line	 lines[SINK_BATCH];
	size_t			 count;
};

static void
forget(struct out *out)
{
	for (size_t i = 0; i < out->count; i++) {
		free(out->lines[i].json);
		free(out->lines[i].brief);
	}
	out->count = 0;
}

/* Sleeps; the process ends when the gate has gone. */
static void
rest(struct out *out, int ms)
{
	struct pollfd gate = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[64];

	if (poll(&gate, 1, ms) <= 0)
		return;
	if (read(STDIN_FILENO, bytes, sizeof bytes) > 0)
		return;
	out->sink.kind->close(&out->sink);
	store_close(out->log.store);
	exit(0);
}

static void __attribute__((format(printf, 1, 2)))
tell(const char *format, ...)
{
	char line[PROGRESS_WHY + 16];
	va_list args;
	int count;

	va_start(args, format);
	count = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (count > 0 && (size_t)count < sizeof line)
		(void)fdio_write(STDOUT_FILENO, line, (size_t)count);
}

static void
keep(struct out *out)
{
	int r = progress_write(out->folder, out->name, &out->mark);

	if (r < 0)
		log_warn("output %s: where it stands cannot be written, so it may send things twice: %s", out->name, err_text(r));
}

/* ---- the log ---- */

static int
take_event(void *ctx, const struct event *event)
{
	struct out *out = ctx;
	struct sink_line *line = &out->lines[out->count];

	*line = (struct sink_line){ .seq = event->seq, .time_us = event->time_us, .type = event->type };
	line->json = event_json(event, out->sink.kind->json);
	line->brief = out->sink.kind->has_brief ? event_json(event, out->sink.kind->json | EVENT_JSON_SHORT) : NULL;
	out->count++;
	return line->json != NULL && (line->brief != NULL || !out->sink.kind->has_brief) ? 0 : -ENOMEM;
}

/* A log that was put back from a backup is shorter than what was sent of it. */
static int
check_length(struct out *out)
{
	int64_t count;
	int r = event_count(out->log.store, &count);

	if (r == 0 && out->at > count) {
		log_warn("output %s: the log is shorter than what was sent of it; it goes on with entry %" PRId64, out->name, count);
		out->at = out->mark.at = count;
		keep(out);
	}
	return r;
}

static int
open_store(struct out *out)
{
	int r = store_open(out->state, STORE_READONLY, &out->log.store);

	return r < 0 ? r : store_wrap_with(out->log.store, out->log.wraps, NULL);
}

static int
read_batch(struct out *out)
{
	struct event_filter filter = { .type = -1, .since = out->at, .limit = (int64_t)out->most };
	int r = out->log.store != NULL ? store_check(out->log.store) : 0;

	if (r == 0 && out->log.store == NULL)
		r = open_store(out);
	if (r == 0)
		r = check_length(out);
	if (r == 0)
		r = event_list(out->log.store, &filter, take_event, out);
	if (r < 0) {
		forget(out);
		store_close(TAKE(out->log.store, NULL));
	}
	return r;
}

/* ---- the sink ---- */

static void
tell_lost(struct out *out)
{
	int64_t now_us = clock_boot_us();

	if (out->is_told || (out->told_us != 0 && now_us - out->told_us < QUIET_US))
		return;
	out->is_told = true;
	out->told_us = now_us;
	tell("lost %s\n", out->mark.why);
}

static void
lost(struct out *out, int error)
{
	AUTO_FREE char *why = NULL;
	int wait = AGAIN_MS << (out->tries < 6 ? out->tries : 6);

	if (out->sink.why[0] == '\0')
		snprintf(out->sink.why, sizeof out->sink.why, "%s", err_text(error));
	why = text_clean(out->sink.why, strlen(out->sink.why));
	out->sink.why[0] = '\0';
	out->at = out->mark.at;
	if (out->mark.lost_s == 0) {
		out->mark.lost_s = clock_wall_us() / CLOCK_US;
		snprintf(out->mark.why, sizeof out->mark.why, "%s", why);
		keep(out);
	}
	tell_lost(out);
	out->most = out->most > 1 ? out->most / 2 : 1;	/* a line that it dies of should not keep others from it */
	out->failed_at = out->mark.at;
	out->tries++;
	rest(out, wait < AGAIN_MOST_MS ? wait : AGAIN_MOST_MS);
}

static void
works(struct out *out)
{
	bool was_told = out->is_told;

	out->tries = 0;
	if (out->mark.at > out->failed_at)
		out->most = out->most < SINK_BATCH / 2 ? 2 * out->most : SINK_BATCH;
	out->mark.lost_s = 0;
	out->is_told = false;
	keep(out);
	if (was_told)
		tell("back\n");
}

static void
send_batch(struct out *out)
{
	size_t taken = 0;
	int r = out->sink.kind->put(&out->sink, out->lines, out->count, &taken);

	if (taken > 0) {
		if (!out->sink.kind->lags)
			out->mark.at = out->lines[taken - 1].seq + 1;
		else if (r == 0)
			out->mark.at = out->at;
		out->at = out->lines[taken - 1].seq + 1;
		out->sent_us = clock_boot_us();
		if (r == 0)
			works(out);
		else
			keep(out);
	}
	forget(out);
	if (r < 0)
		lost(out, r);
}

/* Nothing is new. */
static void
wait_for_more(struct out *out)
{
	int r = out->sink.kind->idle != NULL ? out->sink.kind->idle(&out->sink) : 0;

	if (r < 0) {
		lost(out, r);
		return;
	}
	if (out->mark.at < out->at && clock_boot_us() - out->sent_us > SURE_US) {
		out->mark.at = out->at;
		keep(out);
	}
	rest(out, LOOK_MS);
}

static void __attribute__((noreturn))
follow(struct out *out)
{
	for (;;) {
		int r = read_batch(out);

		if (r < 0)
			rest(out, AGAIN_MS);	/* the gate says what is wrong with its catalogue */
		else if (out->count > 0)
			send_batch(out);
		else
			wait_for_more(out);
		rest(out, 0);
	}
}

int
main(int argc, char **argv)
{
	static const struct sink_kind *const kinds[] = { &sink_file, &sink_syslog, &sink_run };
	struct out *out = own_alloc(sizeof *out);
	int r;

	log_open("postern-out", LOG_LEVEL_WARN);
	secret_init();
	umask(027);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc > 5 && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(argv[4], kinds[i]->name) == 0)
			out->sink.kind = kinds[i];
	if (out->sink.kind == NULL)
		log_fatal("it is started by postern-gate only");
	out->log.wraps = secret_new(sizeof *out->log.wraps);
	if (fdio_cloexec(OUT_SLOTS_KEY, true) == 0 && wraps_take(out->log.wraps, OUT_SLOTS_KEY) < 0)
		log_fatal("it did not get the keys of the key slots");
	close(OUT_SLOTS_KEY);
	out->state = argv[1];
	out->folder = place_path(out->state, "out", NULL);
	out->name = argv[3];
	out->sink.words = argv + 5;
	out->sink.fd = -1;
	out->most = SINK_BATCH;
	out->failed_at = -1;
	r = progress_lock(out->folder, out->name);
	if (r >= 0)
		r = progress_read(out->folder, out->name, &out->mark);
	if (r < 0)
		log_fatal("output %s: %s", out->name, err_text(r));
	out->at = out->mark.at;
	out->is_told = out->mark.lost_s != 0;	/* by the process before */
	follow(out);
}
