/* SPDX-License-Identifier: ISC */
/* A session with a trail, and the tracer's frames as lines. */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/event.h"
#include "lib/record/trail.h"
#include "recorder/trail/frame.h"
#include "tests/e2e/cage_cases.h"
#include "tests/e2e/cage_told.h"

#define TOLD_MOST	(64u << 20)
#define NOBODY		65534

static void
add_exec(struct told *told, const struct rec_event *event)
{
	struct rec_exec exec;

	if (rec_exec_read(event, &exec) < 0) {
		(void)buf_add_text(&told->lines, "DAMAGED\n");
		return;
	}
	if (exec.what == TRAIL_EXITED) {
		told->exits++;
		(void)buf_addf(&told->lines, "exited %d\n", (int)exec.status);
		return;
	}
	if (exec.what == TRAIL_FORKED) {
		(void)buf_addf(&told->lines, "forked\n");
		return;
	}
	if (exec.what == TRAIL_EXACT) {
		(void)buf_addf(&told->lines, "%s %s\n", exec.flags & TRAIL_MISMATCH ? "FORGED" : "executed", exec.path);
		return;
	}
	told->execs++;
	(void)buf_addf(&told->lines, "%s %s in %s:", exec.flags & TRAIL_MISSING ? "tried" : "exec", exec.path, exec.cwd);
	for (size_t at = 0; at < exec.args_bytes; at += strlen(exec.args + at) + 1)
		(void)buf_addf(&told->lines, " %s", exec.args + at);
	(void)buf_addf(&told->lines, "%s%s\n", exec.flags & TRAIL_CUT ? " CUT" : "", exec.flags & TRAIL_UNKNOWN ? " UNKNOWN" : "");
}

static void
add_file(struct told *told, const struct rec_event *event)
{
	struct rec_file file;

	if (rec_file_read(event, &file) < 0) {
		(void)buf_add_text(&told->lines, "DAMAGED\n");
		return;
	}
	told->files++;
	(void)buf_addf(&told->lines, "%s %s%s%s%s\n", trail_act_name(file.act), file.path, file.other != NULL ? " > " : "",
	    file.other != NULL ? file.other : "", file.flags & TRAIL_UNKNOWN ? " UNKNOWN" : "");
}

static void *
hear(void *argument)
{
	struct told *told = argument;
	struct frame frame;
	static _Thread_local uint8_t bytes[FRAME_MOST];

	while (fdio_read(told->from, &frame, sizeof frame) == 0 && frame.count <= FRAME_MOST &&
	    fdio_read(told->from, bytes, frame.count) == 0) {
		struct rec_event event = { .kind = (enum rec_kind)frame.kind, .bytes = bytes, .count = frame.count };

		if (frame.kind == REC_EXEC)
			add_exec(told, &event);
		else if (frame.kind == REC_FILE)
			add_file(told, &event);
		told->begun += frame.kind == FRAME_BEGUN;
		told->none += frame.kind == FRAME_NONE;
		if (frame.kind == FRAME_EXACT && frame.count == 1)
			told->witness = bytes[0];
		if (frame.kind == FRAME_EXACT_LOST && frame.count == sizeof told->lost)
			memcpy(&told->lost, bytes, sizeof told->lost);
	}
	return NULL;
}

void
trail_init(struct cage *cage, enum cage_mode mode, const char *script)
{
	static char *words[2];

	cage_init(cage, &cage_case.site, mode);
	cage->start.role.trail = ROLE_TRAIL_WRITES;
	cage->start.tracer_uid = cage->start.tracer_gid = NOBODY;
	words[0] = (char *)(uintptr_t)script;	/* the account's shell splits it */
	cage->launch.command = words;
}

void
trail_begin(struct cage *cage, struct told *told)
{
	int ends[2];

	*told = (struct told){ .from = -1 };
	buf_init(&told->lines, TOLD_MOST);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	told->from = ends[0];
	cage->trail = ends[1];
	pthread_create(&told->thread, NULL, hear, told);
}

void
trail_end(struct told *told)
{
	pthread_join(told->thread, NULL);
	own_close(&told->from);
	told->text = buf_text(&told->lines);
	buf_done(&told->lines);
}

char *
trail_through(struct cage *cage, struct told *told)
{
	char *text;

	trail_begin(cage, told);
	text = cage_run_through(cage);
	trail_end(told);
	cage_check(told->begun == 1, "the trail has not begun");
	cage_check(strstr(told->text, "DAMAGED") == NULL, "frames are damaged");
	return text;
}

long
count_of(const char *text, const char *word)
{
	long count = 0;

	for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word))
		count++;
	return count;
}

pid_t
trail_tracer(const struct cage *cage)
{
	AUTO_FREE char *text = NULL;
	char path[96];
	size_t count;
	char *rest;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)cage->running.pid, (int)cage->running.pid);
	if (fdio_slurp_path(path, 4096, &text, &count) < 0)
		return 0;
	for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		AUTO_FREE char *name = NULL;

		snprintf(path, sizeof path, "/proc/%s/comm", word);
		if (fdio_slurp_path(path, 64, &name, &count) == 0 && strcmp(name, "postern-tracer\n") == 0)
			return (pid_t)atoi(word);
	}
	return 0;
}
