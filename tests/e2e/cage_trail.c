/* SPDX-License-Identifier: ISC */
/* The trail as the real tracer tells it, heard where a worker would. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/event.h"
#include "lib/record/trail.h"
#include "recorder/trail/frame.h"
#include "tests/e2e/cage_cases.h"

#define TOLD_MOST	(64u << 20)
#define NOBODY		65534

/* All that was told, as lines; and how much of each. */
struct told {
	pthread_t	thread;
	int		from;
	struct buf	lines;
	char		*text;
	long		execs, exits, files, begun, none;
};

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
	}
	return NULL;
}

static void
trail_init(struct cage *cage, enum cage_mode mode, const char *script)
{
	static char *words[2];

	cage_init(cage, &cage_case.site, mode);
	cage->start.role.trail = ROLE_TRAIL_WRITES;
	cage->start.tracer_uid = cage->start.tracer_gid = NOBODY;
	words[0] = (char *)(uintptr_t)script;	/* the account's shell splits it */
	cage->launch.command = words;
}

/* Between these two the session runs; the first must come before it starts. */
static void
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

static void
trail_end(struct told *told)
{
	pthread_join(told->thread, NULL);
	own_close(&told->from);
	told->text = buf_text(&told->lines);
	buf_done(&told->lines);
}

/* All of it; the output of the session, which the caller frees. */
static char *
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

static long
count_of(const char *text, const char *word)
{
	long count = 0;

	for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word))
		count++;
	return count;
}

static void
what_is_executed_and_changed_is_told(enum cage_mode mode)
{
	static const char script[] =
	    "cd /tmp && d=$(mktemp -d) && chmod 755 $d && cd $d && echo x >one && mv one two && ln two three && ln -s two four && "
	    "mkdir five && rmdir five && chmod 600 two && echo y >>two && rm two three four && printf '#!/bin/sh\\nexit 3\\n' >run && "
	    "chmod 755 run && (./run; exec true 'a b' c); no-such-program; cd / && rm -r $d; exit 0";
	static const char *const lines[] = {
		"create /", "/one\n", "rename /", "/one > /", "link /", "symlink /", "/four > two\n", "mkdir /", "/five\n", "rmdir /",
		"chmod /", "remove /", "/run in /tmp/", ": ./run\n", ": true a b c\n", "exited 3\n", "exited 0\n",
	};
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, script);
	text = trail_through(&cage, &told);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		cage_check_word(told.text, lines[i]);
	cage_check(strstr(told.text, "UNKNOWN") == NULL && strstr(told.text, "CUT") == NULL, "something is missing in: %s", told.text);
	free(told.text);
}

/* A path search asks for programs that are not there; that is told apart. */
static void
what_was_not_there_is_told_apart(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, "env -i PATH=/nowhere:/bin env true; exit 0");
	text = trail_through(&cage, &told);
	cage_check_word(told.text, "tried /nowhere/env in ");
	cage_check_word(told.text, "tried /nowhere/true in ");
	cage_check_word(told.text, "exec /bin/true in ");
	free(told.text);
}

static void
many_and_long_arguments_are_cut_and_counted(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, "/bin/true $(seq 3000); a=$(printf '%09000d' 7); /bin/true $a; /bin/true last; exit 0");
	text = trail_through(&cage, &told);
	cage_check_word(told.text, ": /bin/true 1 2 3 4 5 6 7 8 9 10 ");
	cage_check(count_of(told.text, " CUT\n") == 2, "%ld are cut", count_of(told.text, " CUT\n"));
	cage_check_word(told.text, ": /bin/true last\n");
	free(told.text);
}

static void
reads_are_told_if_the_role_says_so(enum cage_mode mode)
{
	for (uint32_t trail = ROLE_TRAIL_WRITES; trail <= ROLE_TRAIL_READS; trail++) {
		AUTO_FREE char *text = NULL;
		struct cage cage;
		struct told told;

		trail_init(&cage, mode, "cat /etc/hostname >/dev/null; exit 0");
		cage.start.role.trail = trail;
		text = trail_through(&cage, &told);
		cage_check((strstr(told.text, "read /etc/hostname\n") != NULL) == (trail == ROLE_TRAIL_READS), "of trail %u: %s", trail,
		    told.text);
		free(told.text);
	}
}

static void
ways_without_a_trail_are_closed(enum cage_mode mode)
{
	static const char *const tries[] = { "uring", "memory", "listener", "old", "x32" };
	const char *words[] = { cage_case.probe, "try", tries[0], tries[1], tries[2], tries[3], tries[4], NULL };
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, "");
	cage.launch.command[0] = NULL;
	cage_run(&cage, words);
	text = trail_through(&cage, &told);
	cage_check_word(text, "uring: ENOSYS");
	cage_check_word(text, "listener: EBUSY");
	cage_check_word(told.text, "exec /proc/self/fd/");
#if defined(__x86_64__)
	cage_check_word(text, "old: killed by signal 31");
	cage_check_word(text, "x32: ENOSYS");
#endif
	free(told.text);
}

/* A program of a few bytes, so that ten thousand of them take no time worth speaking of. */
static void
nothing_is_lost_over_ten_thousand_programs(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, "");
	cage.launch.command[0] = NULL;
	cage_run_probe(&cage, "spawn", "10000", NULL);
	text = trail_through(&cage, &told);
	if (strstr(text, "no tiny program") != NULL) {
		cage_case.skip = "no tiny program for this processor";
	} else {
		cage_check_word(text, "spawned 10000");
		cage_check(count_of(told.text, ": tiny ") == 10000, "%ld of 10000", count_of(told.text, ": tiny "));
		cage_check_word(told.text, ": tiny 0\n");
		cage_check_word(told.text, ": tiny 9999\n");
		cage_check(told.exits == 10001, "%ld of 10001 ends", told.exits);
		cage_check(count_of(told.text, "exited 42\n") == 10000, "%ld of 10000 statuses", count_of(told.text, "exited 42\n"));
	}
	free(told.text);
}

/* The tracer's pid, seen from here: a child of the session's first process. */
static pid_t
find_tracer(const struct cage *cage)
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

static void
without_its_tracer_nothing_is_executed_or_changed(enum cage_mode mode)
{
	static const char script[] =
	    "echo ready; while read line; do /bin/true && echo executed; (echo x >/tmp/x.$$) && echo changed; rm -f /tmp/x.$$; echo done; done";
	AUTO_FREE char *ready = NULL;
	AUTO_FREE char *before = NULL;
	AUTO_FREE char *after = NULL;
	struct cage cage;
	struct told told;
	pid_t tracer;

	trail_init(&cage, mode, script);
	trail_begin(&cage, &told);
	if (!cage_running(&cage))
		return;
	ready = cage_output(&cage, "ready");
	cage_check(write(cage.in, "\n", 1) == 1, "no input");
	before = cage_output(&cage, "done");
	cage_check_word(before, "executed");
	cage_check_word(before, "changed");
	tracer = find_tracer(&cage);
	cage_check(tracer > 0, "there is no tracer");
	if (tracer > 0)
		kill(tracer, SIGKILL);
	trail_end(&told);	/* the worker hears the end at once */
	cage_check(write(cage.in, "\n", 1) == 1, "no input");
	after = cage_output(&cage, "done");
	cage_check(strstr(after, "executed") == NULL && strstr(after, "changed") == NULL, "it goes on: %s", after);
	cage_order_end(&cage);
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_check_receipt(&cage, 1);
	cage_check(cage_done(&cage) == 0, "the warden fails");
	free(told.text);
}

static void
the_tracer_is_no_process_of_the_session(enum cage_mode mode)
{
	AUTO_FREE char *ready = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, "echo ready; exec sleep 1000");
	trail_begin(&cage, &told);
	if (!cage_running(&cage))
		return;
	ready = cage_output(&cage, "ready");
	cage_order_end(&cage);
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_check_receipt(&cage, 1);
	cage_check(cage_all_gone(&cage), "something is left");
	cage_check(cage_done(&cage) == 0, "the warden fails");
	trail_end(&told);
	free(told.text);
}

/* Frozen in the middle of its work, again and again: no process may hang at a call that nobody answers. */
static void
a_session_that_is_frozen_while_it_works_loses_nothing(enum cage_mode mode)
{
	struct warden_order order = { .op = WARDEN_FREEZE };
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	trail_init(&cage, mode, "i=0; while [ $i -lt 600 ]; do /bin/true $i; i=$((i + 1)); done; echo over");
	trail_begin(&cage, &told);
	if (!cage_running(&cage))
		return;
	for (int i = 0; i < 5 && cage_case.fine; i++) {
		order.op = WARDEN_FREEZE;
		cage_check(send(cage.link, &order, sizeof order, MSG_NOSIGNAL) == sizeof order, "the warden hears nothing");
		cage_check(cage_hear(&cage, WARDEN_FROZEN), "it does not stand still");
		order.op = WARDEN_THAW;
		cage_check(send(cage.link, &order, sizeof order, MSG_NOSIGNAL) == sizeof order, "the warden hears nothing");
		cage_check(cage_hear(&cage, WARDEN_THAWED), "it does not go on");
	}
	text = cage_output(&cage, "over");
	cage_check_word(text, "over");
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_check(cage_done(&cage) == 0, "the warden fails");
	trail_end(&told);
	cage_check(count_of(told.text, ": /bin/true ") == 600, "%ld of 600", count_of(told.text, ": /bin/true "));
	free(told.text);
}

/* The attacker of forge.c wins some of its races, whoever it runs as; each exec is either confirmed or found out. */
static void
every_forged_argument_has_a_witness(enum cage_mode mode)
{
	const char *built = getenv("TOP_BUILDDIR");
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *script = NULL;
	struct cage cage;
	struct told told;

	if (asprintf(&script, "%s/tests/e2e/forge 100; exit 0", built != NULL ? built : ".") < 0)
		return;
	trail_init(&cage, mode, script);
	cage.start.role.flags |= ROLE_EXACT;
	text = trail_through(&cage, &told);
	cage_check(count_of(text, "took ") == 100, "the attack ran %ld times", count_of(text, "took "));
	cage_check(count_of(told.text, "exec ") == count_of(told.text, "executed ") + count_of(told.text, "FORGED "),
	    "%ld programs, %ld confirmed, %ld forged", count_of(told.text, "exec "), count_of(told.text, "executed "), count_of(told.text, "FORGED "));
	cage_check(count_of(told.text, "FORGED ") > 0, "no race was won in 100");
	free(told.text);
}

const struct cage_test cage_trails[] = {
	CAGE_CASE(what_is_executed_and_changed_is_told, IN_ALL, true),
	CAGE_CASE(what_was_not_there_is_told_apart, IN_ALL, true),
	CAGE_CASE(many_and_long_arguments_are_cut_and_counted, IN_ALL, false),
	CAGE_CASE(reads_are_told_if_the_role_says_so, IN_ALL, false),
	CAGE_CASE(ways_without_a_trail_are_closed, IN_ALL, true),
	CAGE_CASE(nothing_is_lost_over_ten_thousand_programs, IN_ALL, false),
	CAGE_CASE(without_its_tracer_nothing_is_executed_or_changed, IN_ALL, true),
	CAGE_CASE(the_tracer_is_no_process_of_the_session, IN_ALL, true),
	CAGE_CASE(a_session_that_is_frozen_while_it_works_loses_nothing, IN_ALL, false),
	CAGE_CASE(every_forged_argument_has_a_witness, IN_ALL, false),
	{ NULL, NULL, 0, false },
};
