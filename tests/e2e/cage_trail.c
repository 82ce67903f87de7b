/* SPDX-License-Identifier: ISC */
/* The trail as the real tracer tells it, heard where a worker would. */
#include "config.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"
#include "tests/e2e/cage_told.h"

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
	tracer = trail_tracer(&cage);
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

/* In trial mode it has the session's uid. With rights or without: nothing but its death, which ends all, is left to try. */
static void
the_tracer_is_not_read_traced_or_starved(enum cage_mode mode)
{
	static const char *const words[] = { "trace:tracer", "mem:tracer", "vm:tracer", "descriptor:tracer", "limit:tracer",
		"starve:tracer", "nice:tracer", "processor:tracer", "scheduler:tracer", "io:tracer", "kill:tracer" };

	for (size_t may = 0; may < 2; may++) {
		const char *all[2 + sizeof words / sizeof words[0] + 1] = { cage_case.probe, "try" };
		size_t count = may ? sizeof words / sizeof words[0] : 6;
		AUTO_FREE char *text = NULL;
		struct cage cage;
		struct told told;

		trail_init(&cage, mode, "");
		cage.launch.command[0] = NULL;
		if (may)
			cage.start.role.rights = (struct rights){ .flags = RIGHTS_CONFINED, .paths_count = 1,
				.paths[0] = { .kind = RIGHT_READ, .path = "/proc" } };
		for (size_t i = 0; i < count; i++)
			all[2 + i] = words[i];
		cage_run(&cage, all);
		text = trail_through(&cage, &told);
		for (size_t i = 0; i < count; i++) {
			cage_check_word(text, words[i]);
			cage_check(strstr(text, "done") == NULL && strstr(text, "ESRCH") == NULL, "it is reached%s: %s", may ? "" : " without rights", text);
		}
		free(told.text);
	}
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

const struct cage_test cage_trails[] = {
	CAGE_CASE(what_is_executed_and_changed_is_told, IN_ALL, true),
	CAGE_CASE(what_was_not_there_is_told_apart, IN_ALL, true),
	CAGE_CASE(many_and_long_arguments_are_cut_and_counted, IN_ALL, false),
	CAGE_CASE(reads_are_told_if_the_role_says_so, IN_ALL, false),
	CAGE_EVASION("F2, F3, F4", ways_without_a_trail_are_closed, IN_ALL, true),
	CAGE_CASE(nothing_is_lost_over_ten_thousand_programs, IN_ALL, false),
	CAGE_EVASION("F6", without_its_tracer_nothing_is_executed_or_changed, IN_ALL, true),
	CAGE_EVASION("F7", the_tracer_is_not_read_traced_or_starved, IN_ALL, false),
	CAGE_CASE(the_tracer_is_no_process_of_the_session, IN_ALL, true),
	CAGE_CASE(a_session_that_is_frozen_while_it_works_loses_nothing, IN_ALL, false),
	CAGE_LAST
};
