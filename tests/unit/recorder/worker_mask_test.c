/* SPDX-License-Identifier: ISC */
/* The real worker with masking rules: what the client, the recording and the gate get. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"
#include "recorder/mask/mask_rules.h"
#include "tests/unit/recorder/mask_kit.h"
#include "tests/unit/recorder/stage.h"

static int
setup(void **state)
{
	struct stage *s;
	int r = stage_setup(state);

	s = *state;
	if (r != 0)
		return r;
	buf_init(&s->rules, MASK_RULES_PACKED);
	return mask_rules_pack(&kit_rules, &s->rules);
}

/* The command ends with these last words on its streams. */
static void
end_command(struct stage *s)
{
	own_close(&s->out);
	own_close(&s->err);
	stage_warden_says(s, WARDEN_EXITED, 0, 0);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	{
		AUTO_MESSAGE struct wire_message message = { 0 };

		assert_int_equal(stage_hear(s, &message), WIRE_ENDED);
	}
}

static void
say(int fd, const char *text)
{
	assert_int_equal(fdio_write(fd, text, strlen(text)), 0);
}

static void
each_stream_is_masked_by_itself(void **state)
{
	struct wire_start start = { .warden = true, .mask = true };
	struct stage *s = *state;
	AUTO_FREE char *shown = NULL;
	AUTO_FREE char *errors = NULL;
	AUTO_FREE char *recorded = NULL;
	AUTO_FREE char *recorded_errors = NULL;

	stage_start(s, &start);
	stage_started(s);
	say(s->out, "password=");
	say(s->err, "hunter2 is no value here\nsecret: 12345\n");
	say(s->out, "hunter2\npin=4711\n");
	end_command(s);
	shown = buf_text(&s->shown);
	errors = buf_text(&s->shown_err);
	assert_string_equal(shown, "password=*******\npin=4711\n");
	assert_string_equal(errors, "hunter2 is no value here\nsecret: *****\n");
	stage_exits(s);
	recorded = stage_recorded(s, REC_OUTPUT);
	recorded_errors = stage_recorded(s, REC_ERROR_OUTPUT);
	assert_string_equal(recorded, "password=*******\npin=****\n");
	assert_string_equal(recorded_errors, errors);
}

static void
the_gate_and_the_recording_know_the_counts(void **state)
{
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .mask = true };
	struct stage *s = *state;
	AUTO_FREE char *masked = NULL;

	stage_start(s, &start);
	stage_go(s);
	say(s->slave, "password=hunter2 password=hunter3 pin=4711\n");
	stage_screen(s, "password=******* password=******* pin=4711", true);
	stage_warden_says(s, WARDEN_EXITED, 0, 0);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		const struct wire_report *report;

		stage_expect(&s->gate, WIRE_REPORT, &message);
		report = message.fields;
		if (strcmp(report->type, "masked") != 0)
			continue;
		assert_string_equal(report->text, "key-value=2 seen=1");
		assert_int_equal(report->a, 3);
		break;
	}
	stage_ack_until(s, "ended");
	stage_ended(s, "The session is over.");
	stage_exits(s);
	masked = stage_recorded(s, REC_MASKED);
	assert_memory_equal(masked, "\2", 1);
}

static void
collect(void *user, const uint8_t *bytes, size_t count)
{
	assert_int_equal(buf_add(user, bytes, count), 0);
}

static void
a_pseudonym_is_made_with_the_sites_key(void **state)
{
	uint8_t key[32] = "the key of this site";
	struct wire_start start = { .warden = true, .mask = true, .mask_key = { key, sizeof key } };
	struct stage *s = *state;
	struct buf made;
	struct mask_params params = { .cols = 80, .rows = 24, .key = key, .record = collect, .user = &made };
	struct mask_stream *stream = mask_stream_new(kit_match(), &params);
	AUTO_FREE char *shown = NULL;
	AUTO_FREE char *wanted = NULL;

	buf_init(&made, 4096);
	mask_stream_write(stream, "ticket=abcdefgh01\n", 18, 1);
	mask_stream_flush(stream, 1);
	mask_stream_free(stream);
	wanted = buf_text(&made);
	buf_done(&made);
	stage_start(s, &start);
	stage_started(s);
	say(s->out, "ticket=abcdefgh01\n");
	end_command(s);
	shown = buf_text(&s->shown);
	assert_string_equal(shown, wanted);
	assert_null(strstr(shown, "abcdefgh"));
	stage_exits(s);
}

static void
notes_are_masked_too(void **state)
{
	struct wire_start start = { .tty = true, .warden = true, .mask = true };
	struct wire_inside_note note = { .text = (char[]){ "it was password=hunter2 again" } };
	struct stage *s = *state;
	AUTO_FREE char *path = stage_path(s, "inside");
	AUTO_CONN struct wire_conn inside = { 0 };
	AUTO_MESSAGE struct wire_message noted = { 0 };
	AUTO_FREE char *text = NULL;

	stage_start(s, &start);
	stage_started(s);
	wire_conn_init(&inside, fdio_connect(path), WIRE_WORKER_TO_INSIDE, 1u << 20);
	stage_say(&inside, WIRE_INSIDE_NOTE, &note);
	stage_expect(&inside, WIRE_DONE, &noted);
	text = stage_recorded(s, REC_NOTE);
	assert_string_equal(text, "it was password=******* again");
}

/* What was shown stands in what SIGKILL leaves, or a '*' does. */
static void
undecided_text_of_a_killed_worker_is_covered(void **state)
{
	struct wire_start start = { .tty = true, .warden = true, .mask = true };
	struct stage *s = *state;
	AUTO_FREE char *text = NULL;

	stage_start(s, &start);
	stage_started(s);
	say(s->slave, "one\n\033[1mwrite to anna.b@exam");
	stage_screen(s, "write to anna.b@exam", true);
	kill(s->worker, SIGKILL);
	waitpid(s->worker, NULL, 0);
	s->worker = 0;
	text = stage_recorded(s, REC_OUTPUT);
	assert_string_equal(text, "one\r\n\033[1m********************");
}

static void
nothing_in_the_worker_can_be_both_written_and_run(void **state)
{
	struct wire_start start = { .tty = true, .warden = true, .mask = true };
	struct stage *s = *state;
	AUTO_FREE char *maps = NULL;
	char path[64];
	size_t count;

	stage_start(s, &start);
	stage_started(s);
	say(s->slave, "password=hunter2\n");
	stage_screen(s, "password=*******", true);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)s->worker);
	assert_int_equal(fdio_slurp_path(path, 1u << 20, &maps, &count), 0);
	assert_non_null(strstr(maps, "postern-worker"));
#if !defined(POSTERN_SANITIZERS)
	assert_null(strstr(maps, " rwx"));
#endif
}

static void
a_session_whose_rules_are_bad_is_refused(void **state)
{
	struct wire_start start = { .tty = true, .warden = true, .mask = true };
	struct stage *s = *state;
	AUTO_MESSAGE struct wire_message message = { 0 };

	buf_clear(&s->rules);
	(void)buf_add_text(&s->rules, "these are no rules");
	stage_start(s, &start);
	stage_expect(&s->client, WIRE_FAIL, &message);
	assert_non_null(strstr(((struct wire_fail *)message.fields)->text, "masking rules"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_stream_is_masked_by_itself),
		TEST(the_gate_and_the_recording_know_the_counts),
		TEST(a_pseudonym_is_made_with_the_sites_key),
		TEST(notes_are_masked_too),
		TEST(undecided_text_of_a_killed_worker_is_covered),
		TEST(nothing_in_the_worker_can_be_both_written_and_run),
		TEST(a_session_whose_rules_are_bad_is_refused),
	};

	secret_init();
	return cmocka_run_group_tests_name("worker_mask", tests, NULL, NULL);
}
