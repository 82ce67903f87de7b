/* SPDX-License-Identifier: ISC */
/* Bulk output, echo of a key, start-up: one round over all recorders each. */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/bench/bench.h"

#define READY_S		20.0
#define KEY_MS		2000
#define SETTLE_US	150000

/* Processor seconds of all children that have been reaped. */
static double
reaped(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* What the child itself used; negative if it did not come to its end. */
static double
child_time(const char *path)
{
	AUTO_FILE FILE *file = fopen(path, "r");
	double seconds = -1;

	return file != NULL && fscanf(file, "%lf", &seconds) == 1 ? seconds : -1;
}

static bool
bulk_one(struct bench *bench, enum peer_id id, enum load load)
{
	char times[PATH_MOST];
	const char *const arguments[] = { load == LOAD_SCREENS ? "draw" : "show", bench->load_path[load], times, NULL };
	struct series *figures = bench->figures[id];
	struct session session;
	double before = reaped(), child;

	snprintf(times, sizeof times, "%.200s/times", bench->dir);
	unlink(times);
	if (session_start(&session, bench, peer_argv(bench, id, arguments)) < 0 || !session_end(&session, bench))
		return false;
	child = child_time(times);
	if (child < 0)
		return false;
	series_add(&figures[FIG_WALL + load], session.ended);
	series_add(&figures[FIG_CPU + load], reaped() - before - child);
	series_add(&figures[FIG_SIZE + load], (double)peer_size(bench, id) / (double)bench->load_bytes[load]);
	peer_clear(bench, id);
	return true;
}

void
task_bulk(struct bench *bench, enum load load)
{
	for (enum peer_id id = 0; id < PEER_GATE && bench->load_bytes[load] > 0; id++)
		if (!bench->is_missing[id] && !bulk_one(bench, id, load))
			peer_fail(bench, id, "did not print what it should");
}

/* Microseconds from the key's write to its echo; negative: there was none. */
static double
echo_key(const struct session *session, char key)
{
	struct pollfd output = { .fd = session->fd, .events = POLLIN };
	double began = now();
	char bytes[64];

	if (session_type(session, key) < 0 || poll(&output, 1, KEY_MS) != 1 || read(session->fd, bytes, sizeof bytes) < 1)
		return -1;
	return (now() - began) * 1e6;
}

/* A key to each recorder in turn, so that all of them meet the same neighbours. */
static void
echo_keys(struct bench *bench, const struct session sessions[PEER_COUNT], struct series round[PEER_COUNT])
{
	unsigned pause = 1;

	for (int i = 0; i < bench->keys; i++) {
		for (enum peer_id id = 0; id < PEER_COUNT; id++) {
			double us;

			if (bench->is_missing[id])
				continue;
			pause = pause * 1103515245 + 12345;
			usleep(1000 + (pause >> 16) % 4000);
			us = echo_key(&sessions[id], (char)('a' + i % 26));
			if (us < 0) {
				peer_fail(bench, id, "did not echo a key");
				continue;
			}
			series_add(&bench->figures[id][FIG_KEY], us);
			series_add(&round[id], us);
		}
	}
}

void
task_echo(struct bench *bench)
{
	static const char *const arguments[] = { "echo", NULL };
	struct session sessions[PEER_COUNT] = { 0 };
	struct series round[PEER_COUNT] = { 0 };

	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		if (bench->is_missing[id])
			continue;
		if (session_start(&sessions[id], bench, peer_argv(bench, id, arguments)) < 0 || !session_read(&sessions[id], "READY", READY_S))
			peer_fail(bench, id, "did not become ready");
	}
	usleep(SETTLE_US);
	echo_keys(bench, sessions, round);
	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		if (sessions[id].pid <= 0)
			continue;
		(void)session_type(&sessions[id], '.');
		(void)session_read(&sessions[id], NULL, READY_S);
	}
	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		if (sessions[id].pid > 0)
			(void)session_end(&sessions[id], bench);
		if (round[id].count > 0)
			series_add(&bench->figures[id][FIG_ECHO], series_at(&round[id], 0.5));
		free(round[id].values);
		peer_clear(bench, id);
	}
}

static bool
start_one(struct bench *bench, enum peer_id id)
{
	static const char *const arguments[] = { "nothing", NULL };
	struct session session;
	double shown;

	if (session_start(&session, bench, peer_argv(bench, id, arguments)) < 0)
		return false;
	if (!session_read(&session, "READY", READY_S)) {
		(void)session_end(&session, bench);
		return false;
	}
	shown = now() - session.began;
	if (!session_end(&session, bench))
		return false;
	series_add(&bench->figures[id][FIG_SHOWN], shown * 1e3);
	series_add(&bench->figures[id][FIG_START], session.ended * 1e3);
	peer_clear(bench, id);
	return true;
}

void
task_start(struct bench *bench)
{
	for (int i = 0; i < bench->starts; i++)
		for (enum peer_id id = 0; id < PEER_COUNT; id++)
			if (!bench->is_missing[id] && !start_one(bench, id))
				peer_fail(bench, id, "did not start or end");
}
