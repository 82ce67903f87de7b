/* SPDX-License-Identifier: ISC */
/* Reading under bad conditions: damage, crashes, wrong keys, a writer at work, and from the middle. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "tests/unit/record/studio.h"

#define LINES		600	/* in the recording that gets damaged */
#define LINES_SEGMENT	50
#define TRIALS		500

/* A recording in memory, with what is known about where each line lies. */
struct copy {
	struct studio	*st;
	struct buf	 part[REC_PARTS];
	uint64_t	 need[LINES];	/* bytes of the file that line i needs; UINT64_MAX: it is only in the tail */
};

/* Line i is what nobody would guess, and says which it is. */
static size_t
line(uint32_t i, uint8_t bytes[256])
{
	uint32_t seed = 0x9e3779b9u * (i + 1) | 1;
	size_t count = 20 + studio_random(&seed) % 200;

	studio_noise(&seed, bytes, count);
	bytes[0] = (uint8_t)i;
	bytes[1] = (uint8_t)(i >> 8);
	return count;
}

static void
put_line(struct studio *st, uint32_t i)
{
	uint8_t bytes[256];

	st->now_us = (int64_t)i * 1000;
	studio_put(st, REC_OUTPUT, bytes, line(i, bytes));
}

/* Writes lines first to last - 1, closing segments by time. */
static void
put_lines(struct studio *st, uint32_t first, uint32_t last)
{
	int64_t clock_us;

	for (uint32_t i = first; i < last; i++) {
		put_line(st, i);
		clock_us = (int64_t)(i / LINES_SEGMENT) * 2 * REC_SEGMENT_US;
		if (i % LINES_SEGMENT == LINES_SEGMENT - 1)
			clock_us += REC_SEGMENT_US;
		assert_int_equal(rec_writer_flush(st->writer, clock_us), 0);
		studio_sync(st);
	}
}

/* Reads on: lines in a row from *next. The result of the last rec_reader_next. */
static int
read_lines(struct rec_reader *reader, uint32_t *next)
{
	struct rec_event event;
	uint8_t want[256];
	int r;

	while ((r = rec_reader_next(reader, &event)) == 1) {
		assert_int_equal(event.kind, REC_OUTPUT);
		assert_true(event.t_us == (int64_t)*next * 1000);
		assert_true(event.count == line(*next, want));
		assert_memory_equal(event.bytes, want, event.count);
		(*next)++;
	}
	return r;
}

static ssize_t
copy_read_at(void *ctx, enum rec_part part, uint64_t offset, void *to, size_t count)
{
	const struct buf *buf = &((struct copy *)ctx)->part[part];

	if (offset >= buf_len(buf))
		return 0;
	if (count > buf_len(buf) - offset)
		count = buf_len(buf) - (size_t)offset;
	memcpy(to, buf_data(buf) + offset, count);
	return (ssize_t)count;
}

static int64_t
copy_size(void *ctx, enum rec_part part)
{
	return (int64_t)buf_len(&((struct copy *)ctx)->part[part]);
}

/* Records; `finished` or left as by a crash in the middle of a segment. */
static void
copy_init(struct copy *copy, struct studio *st, bool finished)
{
	struct rec_count count;

	copy->st = st;
	studio_record(st);
	for (uint32_t i = 0; i < LINES; i += LINES_SEGMENT) {
		uint32_t to = i + LINES_SEGMENT;
		bool last = to == LINES && !finished;

		put_lines(st, i, last ? to - 10 : to);
		rec_writer_count(st->writer, &count);
		for (uint32_t j = i; j < to; j++)
			copy->need[j] = last ? UINT64_MAX : count.file_bytes;
	}
	if (finished)
		assert_int_equal(rec_writer_close(st->writer, NULL), 0);
	studio_crash(st);
	for (int part = 0; part < REC_PARTS; part++) {
		buf_init(&copy->part[part], 1 << 20);
		studio_load(part == REC_PART_FILE ? st->rec : st->tail, &copy->part[part]);
	}
}

static void
copy_done(struct copy *copy)
{
	buf_done(&copy->part[REC_PART_FILE]);
	buf_done(&copy->part[REC_PART_TAIL]);
}

/*
 * Reads what is there of the copy. All lines that lie before the damage, in order, nothing else; then nothing or a
 * clear error. Then the same from the middle. Returns the lines that came.
 */
static uint32_t
copy_check(struct copy *copy, uint64_t damage_at)
{
	struct rec_source source = { .ctx = copy, .read_at = copy_read_at, .size = copy_size };
	struct rec_keyring keyring = { .identities = copy->st->ring };
	struct rec_reader *reader = NULL;
	struct rec_event event;
	uint32_t lines = 0, from, seed = (uint32_t)damage_at | 1;
	int r;

	r = rec_reader_open(&source, &keyring, &reader);
	if (r < 0) {
		assert_true(damage_at < copy->need[0]);
		assert_true(r == ERR_REC_FORMAT || r == ERR_REC_VERSION || r == ERR_REC_DAMAGED || r == ERR_ENVELOPE ||
		    r == ERR_KEY_WRONG || r == ERR_REC_KEY || r == ERR_REC_EXTERNAL);
		return 0;
	}
	r = read_lines(reader, &lines);
	assert_true(r == 0 || r == ERR_REC_DAMAGED);
	for (uint32_t i = lines; i < LINES; i++)
		assert_true(copy->need[i] > damage_at);
	if (damage_at < UINT64_MAX - 1)	/* the last byte of a file is as well guarded as the first */
		assert_true(!rec_reader_report(reader)->complete || rec_reader_report(reader)->damaged);
	if (lines < LINES) {
		assert_false(rec_reader_report(reader)->complete);
		assert_true(strlen(rec_reader_report(reader)->missing) > 0);
	}
	assert_int_equal(rec_reader_seek_time(reader, (int64_t)(studio_random(&seed) % (LINES * 1000))), 0);
	if (rec_reader_next(reader, &event) == 1) {
		from = (uint32_t)(event.t_us / 1000) + 1;
		assert_true((from - 1) % LINES_SEGMENT == 0);
		r = read_lines(reader, &from);
		assert_true(r == 0 || r == ERR_REC_DAMAGED);
	}
	rec_reader_free(reader);
	return lines;
}

static void
damage(struct studio *st, bool finished, enum rec_part part, bool flip)
{
	struct copy copy;
	uint32_t seed = 11 + (uint32_t)part + 2 * finished + 4 * flip, whole = 0;
	struct buf *target = &copy.part[part];
	size_t length, at;
	uint8_t mask;

	copy_init(&copy, st, finished);
	length = target->end;
	assert_true(length > 1000);
	for (int trial = 0; trial < TRIALS; trial++) {
		at = studio_random(&seed) % length;
		mask = (uint8_t)(1 << studio_random(&seed) % 8);
		if (flip)
			target->bytes[at] ^= mask;
		else
			target->end = at;
		if (copy_check(&copy, part == REC_PART_FILE ? at : UINT64_MAX - 1) == LINES)
			whole++;
		if (flip)
			target->bytes[at] ^= mask;
		else
			target->end = length;
	}
	assert_true(whole < TRIALS / 2);
	assert_true(copy_check(&copy, UINT64_MAX - 1) == (finished ? LINES : LINES - 10));
	copy_done(&copy);
}

static void
a_file_cut_anywhere_gives_a_prefix(void **state)
{
	damage(*state, true, REC_PART_FILE, false);
}

static void
a_file_with_one_bit_changed_gives_a_prefix(void **state)
{
	damage(*state, true, REC_PART_FILE, true);
}

static void
a_crashed_file_cut_anywhere_gives_a_prefix(void **state)
{
	damage(*state, false, REC_PART_FILE, false);
}

static void
a_tail_cut_anywhere_gives_a_prefix(void **state)
{
	damage(*state, false, REC_PART_TAIL, false);
}

static void
a_tail_with_one_bit_changed_gives_a_prefix(void **state)
{
	damage(*state, false, REC_PART_TAIL, true);
}

static void
segments_missing_between_file_and_tail_are_named(void **state)
{
	struct copy copy;
	struct rec_source source = { .ctx = &copy, .read_at = copy_read_at, .size = copy_size };
	struct rec_keyring keyring = { .identities = ((struct studio *)*state)->ring };
	AUTO_REC_READER struct rec_reader *reader = NULL;
	uint32_t lines = 0;

	copy_init(&copy, *state, false);
	copy.part[REC_PART_FILE].end = copy.need[2 * LINES_SEGMENT];	/* three segments */
	assert_int_equal(rec_reader_open(&source, &keyring, &reader), 0);
	assert_int_equal(read_lines(reader, &lines), 0);
	assert_int_equal(lines, 3 * LINES_SEGMENT);
	assert_true(rec_reader_report(reader)->damaged);
	assert_non_null(strstr(rec_reader_report(reader)->missing, "segments 3 to 10 are missing"));
	copy_done(&copy);
}

static void
seeking_lands_on_the_segment_of_that_time(void **state)
{
	struct studio *st = *state;
	struct copy copy;
	struct rec_event event;

	for (int finished = 0; finished < 2; finished++) {
		copy_init(&copy, st, finished != 0);
		assert_int_equal(studio_open(st), 0);
		for (uint32_t k = 0; k < 200; k++) {
			uint32_t i = k * 7919 % (LINES - 10);

			assert_int_equal(rec_reader_seek_time(st->reader, (int64_t)i * 1000 + 500), 0);
			assert_int_equal(rec_reader_next(st->reader, &event), 1);
			assert_true(event.t_us == (int64_t)(i - i % LINES_SEGMENT) * 1000);
		}
		assert_int_equal(rec_reader_seek_time(st->reader, INT64_MAX), 0);
		assert_int_equal(rec_reader_next(st->reader, &event), 1);
		assert_true(event.t_us == (LINES - LINES_SEGMENT) * 1000);
		copy_done(&copy);
	}
}

static void
a_reader_follows_a_running_writer(void **state)
{
	struct studio *st = *state;
	uint32_t seed = 5, written = 0, lines = 0;
	int64_t clock_us = 0;

	studio_record(st);
	assert_int_equal(studio_open(st), 0);
	while (written < 2000) {
		for (uint32_t n = studio_random(&seed) % 4; n > 0; n--)
			put_line(st, written++);
		clock_us += studio_random(&seed) % 10 == 0 ? REC_SEGMENT_US : 1000;
		assert_int_equal(rec_writer_flush(st->writer, clock_us), 0);
		if (studio_random(&seed) % 8 == 0)
			studio_sync(st);
		if (studio_random(&seed) % 3 == 0) {
			assert_int_equal(read_lines(st->reader, &lines), 0);
			assert_int_equal(lines, written);
			assert_false(rec_reader_report(st->reader)->damaged);
		}
	}
	assert_int_equal(rec_writer_close(st->writer, NULL), 0);
	assert_int_equal(read_lines(st->reader, &lines), 0);
	assert_int_equal(lines, written);
	assert_true(rec_reader_report(st->reader)->complete);
}

/* Writes lines until killed or `most` are written, telling each flushed one over the pipe. */
static void
write_in_child(struct studio *st, uint32_t most, int tell)
{
	int64_t clock_us = 0;

	for (uint32_t i = 0; i < most; i++) {
		put_line(st, i);
		clock_us += i % 40 == 39 ? REC_SEGMENT_US : 1000;
		if (rec_writer_flush(st->writer, clock_us) < 0)
			_exit(1);
		if (fdio_write(tell, &i, sizeof i) < 0)
			_exit(1);
		if (i % 7 == 0)
			studio_sync(st);
	}
	_exit(rec_writer_close(st->writer, NULL) < 0);
}

static void
what_was_flushed_before_a_kill_is_read(void **state)
{
	struct studio *st = *state;
	uint32_t seed = 21;

	for (int trial = 0; trial < 20; trial++) {
		uint32_t told = 0, i, lines = 0, stop = 1 + studio_random(&seed) % 900;
		int tell[2], status;
		pid_t child;

		studio_record(st);
		assert_int_equal(pipe2(tell, O_CLOEXEC), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_in_child(st, UINT32_MAX, tell[1]);
		close(tell[1]);
		while (told < stop && fdio_read(tell[0], &i, sizeof i) == 0)
			told = i + 1;
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		while (fdio_read(tell[0], &i, sizeof i) == 0)
			told = i + 1;
		close(tell[0]);
		assert_int_equal(studio_open(st), 0);
		assert_int_equal(read_lines(st->reader, &lines), 0);
		assert_true(lines == told || lines == told + 1);	/* one may have been flushed and not told */
		assert_false(rec_reader_report(st->reader)->complete);
	}
}

static void
a_reader_beside_a_busy_writer_sees_every_line_once(void **state)
{
	struct studio *st = *state;
	uint32_t lines = 0, last = 0;
	int tell[2], status, r;
	pid_t child;

	studio_record(st);
	assert_int_equal(pipe2(tell, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_in_child(st, 5000, tell[1]);
	close(tell[1]);
	assert_int_equal(studio_open(st), 0);
	while (fdio_read(tell[0], &last, sizeof last) == 0) {
		r = read_lines(st->reader, &lines);
		assert_true(r == 0 && lines > last);
	}
	close(tell[0]);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(read_lines(st->reader, &lines), 0);
	assert_int_equal(lines, 5000);
	assert_true(rec_reader_report(st->reader)->complete);
}

static void
wrong_keys_get_their_sentence(void **state)
{
	struct studio *st = *state;
	struct age_ring *ring = st->ring;
	AUTO_AGE_RING struct age_ring *other = age_ring_new();
	uint8_t identity[AGE_KEY];
	struct buf kept;

	studio_record(st);
	studio_say(st, "secret");
	studio_close(st);
	age_identity_new(identity);
	age_ring_add(other, identity);
	st->ring = other;
	assert_int_equal(studio_open(st), ERR_KEY_WRONG);
	st->ring = ring;
	assert_int_equal(studio_open(st), 0);

	st->params.external = true;
	buf_init(&kept, REC_ENVELOPE_MOST);
	studio_record(st);
	buf_add(&kept, buf_data(&st->envelope), buf_len(&st->envelope));
	studio_record(st);
	studio_say(st, "secret");
	studio_close(st);
	studio_expect(st, "secret", 6);
	assert_true(rec_reader_info(st->reader)->external);
	buf_clear(&st->envelope);
	buf_add(&st->envelope, buf_data(&kept), buf_len(&kept));
	assert_int_equal(studio_open(st), ERR_REC_KEY);	/* another recording's */
	st->params.external = false;
	assert_int_equal(studio_open(st), ERR_REC_EXTERNAL);
	buf_done(&kept);
}

static void
a_changed_header_is_refused(void **state)
{
	struct studio *st = *state;
	struct buf file;

	buf_init(&file, 1 << 20);
	studio_record(st);
	studio_say(st, "x");
	studio_close(st);
	studio_load(st->rec, &file);
	file.bytes[48] ^= 1;	/* the start time */
	studio_store(st->rec, file.bytes, file.end);
	assert_int_equal(studio_open(st), ERR_REC_DAMAGED);
	file.bytes[48] ^= 1;
	file.bytes[8] ^= 2;
	studio_store(st->rec, file.bytes, file.end);
	assert_int_equal(studio_open(st), ERR_REC_VERSION);
	studio_store(st->rec, "not a recording", 15);
	assert_int_equal(studio_open(st), ERR_REC_FORMAT);
	buf_done(&file);
}

static void
bytes_behind_the_end_are_noticed(void **state)
{
	struct studio *st = *state;
	struct buf file;

	buf_init(&file, 1 << 20);
	studio_record(st);
	studio_say(st, "x");
	studio_close(st);
	studio_load(st->rec, &file);
	buf_add(&file, "!", 1);
	studio_store(st->rec, file.bytes, file.end);
	studio_expect(st, "x", 1);
	assert_true(rec_reader_report(st->reader)->complete);
	assert_true(rec_reader_report(st->reader)->damaged);
	buf_done(&file);
}

static void
a_long_recordings_footer_takes_several_frames(void **state)
{
	struct studio *st = *state;
	struct rec_event event;
	uint32_t segments = 2 * REC_FOOTER_CHUNK / REC_FOOTER_ENTRY + 100;

	studio_record(st);
	for (uint32_t i = 0; i < segments; i++) {
		st->now_us = (int64_t)i * 1000;
		studio_put(st, REC_OUTPUT, "x", 1);
		assert_int_equal(rec_writer_flush(st->writer, (int64_t)i * 2 * REC_SEGMENT_US), 0);
		assert_int_equal(rec_writer_flush(st->writer, (int64_t)(i * 2 + 1) * REC_SEGMENT_US), 0);
		studio_sync(st);
	}
	studio_close(st);
	assert_int_equal(studio_open(st), 0);
	assert_int_equal(rec_reader_info(st->reader)->segments, segments);
	assert_true(rec_reader_info(st->reader)->duration_us == (segments - 1) * 1000);
	assert_int_equal(rec_reader_seek_time(st->reader, 5000 * 1000), 0);
	assert_int_equal(rec_reader_next(st->reader, &event), 1);
	assert_true(event.t_us == 5000 * 1000);
	while (rec_reader_next(st->reader, &event) == 1)
		continue;
	assert_true(rec_reader_report(st->reader)->complete);
	assert_true(event.t_us == (segments - 1) * 1000);
}

static void
put_shown(struct studio *st, int64_t shown_us, const char *text)
{
	struct rec_event event = { .t_us = st->now_us };
	uint8_t room[64];

	rec_event_make_shown(&event, shown_us, (const uint8_t *)text, strlen(text), room);
	assert_int_equal(rec_writer_put(st->writer, &event), 0);
}

/* Everything, one line an event: its time in milliseconds, its kind, its bytes. */
static void
read_story(struct studio *st, char *story, size_t size)
{
	struct rec_event event;
	size_t used = 0;

	while (rec_reader_next(st->reader, &event) == 1)
		used += (size_t)snprintf(story + used, size - used, "%d %s %.*s\n", (int)(event.t_us / 1000), rec_event_name(event.kind),
		    (int)event.count, (const char *)event.bytes);
}

static void
what_was_decided_late_is_read_where_it_was_shown(void **state)
{
	struct studio *st = *state;
	char story[512] = "";

	studio_record(st);
	st->now_us = 1000000;
	studio_say(st, "first");
	st->now_us = 2000000;
	studio_put(st, REC_NOTE, "a note", 6);
	assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
	st->now_us = 3000000;
	put_shown(st, 1500000, "prompt");
	put_shown(st, 2500000, "key");
	studio_say(st, "line");
	for (int finished = 0; finished < 2; finished++) {
		if (finished)
			studio_close(st);
		else
			assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
		assert_int_equal(studio_open(st), 0);
		read_story(st, story, sizeof story);
		assert_string_equal(story, "1000 output first\n1500 output prompt\n2000 note a note\n2500 output key\n3000 output line\n");
		assert_int_equal(rec_reader_rewind(st->reader), 0);
		read_story(st, story, sizeof story);
		assert_memory_equal(story, "1000 output first\n1500", 22);
		studio_shut(st);
	}
}

/* Who follows has been told the note already: nothing goes back in time for them. */
static void
time_does_not_go_back_for_who_follows(void **state)
{
	struct studio *st = *state;
	char story[512] = "";

	studio_record(st);
	st->now_us = 2000000;
	studio_put(st, REC_NOTE, "a note", 6);
	assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
	assert_int_equal(studio_open(st), 0);
	read_story(st, story, sizeof story);
	assert_string_equal(story, "2000 note a note\n");
	st->now_us = 3000000;
	put_shown(st, 1500000, "prompt");
	studio_say(st, "line");
	read_story(st, story, sizeof story);
	assert_string_equal(story, "2000 output prompt\n3000 output line\n");
	studio_shut(st);
	studio_close(st);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, studio_setup, studio_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(a_file_cut_anywhere_gives_a_prefix),
		TEST(a_file_with_one_bit_changed_gives_a_prefix),
		TEST(a_crashed_file_cut_anywhere_gives_a_prefix),
		TEST(a_tail_cut_anywhere_gives_a_prefix),
		TEST(a_tail_with_one_bit_changed_gives_a_prefix),
		TEST(segments_missing_between_file_and_tail_are_named),
		TEST(seeking_lands_on_the_segment_of_that_time),
		TEST(a_reader_follows_a_running_writer),
		TEST(what_was_flushed_before_a_kill_is_read),
		TEST(a_reader_beside_a_busy_writer_sees_every_line_once),
		TEST(wrong_keys_get_their_sentence),
		TEST(a_changed_header_is_refused),
		TEST(bytes_behind_the_end_are_noticed),
		TEST(a_long_recordings_footer_takes_several_frames),
		TEST(what_was_decided_late_is_read_where_it_was_shown),
		TEST(time_does_not_go_back_for_who_follows),
	};

	return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
