/* SPDX-License-Identifier: ISC */
/* What is written is read again: all kinds of events, byte-exact, with or without an end. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "tests/unit/record/studio.h"

static void
all_kinds_of_events_come_back(void **state)
{
	struct studio *st = *state;
	struct rec_end end = { .status = 129, .killed = 2, .survivors = 0, .why = "time is over" }, got;
	uint8_t room[REC_PAYLOAD];
	struct rec_event event;
	uint16_t columns, rows;
	struct rec_typed typed, keys = { .count = 14 };

	studio_record(st);
	for (int kind = REC_OUTPUT; kind < REC_KIND_COUNT; kind++) {
		st->now_us += 1000 * kind;
		if (kind == REC_SHOWN)	/* comes back as output: reader_test.c */
			continue;
		event.t_us = st->now_us;
		if (kind == REC_RESIZE)
			rec_event_make_resize(&event, 132, 50, room);
		else if (kind == REC_INPUT_HIDDEN || kind == REC_TYPED) {
			keys.bytes = kind == REC_TYPED ? (const uint8_t *)"now is the time" : NULL;
			keys.first_us = event.t_us - 700000;
			keys.last_us = event.t_us - 300;
			rec_event_make_typed(&event, &keys, room);
		}
		else if (kind == REC_END)
			rec_event_make_end(&event, &end, room);
		else
			rec_event_make_text(&event, (enum rec_kind)kind, rec_event_name((enum rec_kind)kind));
		assert_int_equal(rec_writer_put(st->writer, &event), 0);
	}
	studio_close(st);
	assert_int_equal(studio_open(st), 0);
	for (int kind = REC_OUTPUT; kind < REC_KIND_COUNT; kind++) {
		if (kind == REC_META || kind == REC_SHOWN)
			continue;
		assert_int_equal(rec_reader_next(st->reader, &event), 1);
		assert_int_equal(event.kind, kind);
		assert_int_equal(event.t_us, 1000 * kind * (kind + 1) / 2);
		if (kind == REC_RESIZE) {
			assert_int_equal(rec_event_read_resize(&event, &columns, &rows), 0);
			assert_true(columns == 132 && rows == 50);
		} else if (kind == REC_INPUT_HIDDEN || kind == REC_TYPED) {
			assert_int_equal(rec_event_read_typed(&event, &typed), 0);
			assert_int_equal(typed.count, 14);
			assert_true(typed.first_us == (event.t_us > 700000 ? event.t_us - 700000 : 0));
			assert_true(kind == REC_TYPED ? memcmp(typed.bytes, "now is the tim", 14) == 0 : typed.bytes == NULL && typed.last_us == event.t_us - 300);
		} else if (kind == REC_END) {
			assert_int_equal(rec_event_read_end(&event, &got), 0);
			assert_true(got.status == 129 && got.killed == 2 && got.survivors == 0);
			assert_string_equal(got.why, end.why);
		} else {
			assert_true(event.count == strlen(rec_event_name(event.kind)));
			assert_memory_equal(event.bytes, rec_event_name(event.kind), event.count);
		}
	}
	assert_int_equal(rec_reader_next(st->reader, &event), 0);
	assert_true(rec_reader_report(st->reader)->complete);
	assert_string_equal(rec_reader_report(st->reader)->missing, "");
}

static void
the_beginning_tells_about_the_session(void **state)
{
	struct studio *st = *state;
	const struct rec_info *info;

	studio_record(st);
	studio_say(st, "x");
	assert_int_equal(studio_open(st), 0);
	info = rec_reader_info(st->reader);
	assert_memory_equal(info->id, st->params.id.bytes, ID_BYTES);
	assert_true(info->start_wall_us == st->params.start_wall_us && info->columns == 80 && info->rows == 24);
	assert_string_equal(info->meta, st->params.meta);
	assert_false(info->external);
	assert_int_equal(info->duration_us, -1);
	st->now_us = 4242;
	studio_say(st, "y");
	studio_close(st);
	assert_int_equal(studio_open(st), 0);
	assert_int_equal(rec_reader_info(st->reader)->duration_us, 4242);
	assert_int_equal(rec_reader_info(st->reader)->segments, 1);
}

static void
a_mebibyte_of_noise_is_byte_exact(void **state)
{
	struct studio *st = *state;
	size_t count = 1 << 20, part;
	uint8_t *noise = own_alloc(count);
	uint32_t seed = 7;

	studio_noise(&seed, noise, count);
	studio_record(st);
	for (size_t at = 0; at < count; at += part) {
		part = 1 + studio_random(&seed) % 9000;
		if (part > count - at)
			part = count - at;
		st->now_us += 500;
		studio_put(st, REC_OUTPUT, noise + at, part);
		assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
		if (studio_random(&seed) % 20 == 0)
			studio_sync(st);
	}
	studio_expect(st, noise, count);	/* while it runs */
	studio_close(st);
	studio_expect(st, noise, count);
	assert_true(rec_reader_report(st->reader)->complete);
	free(noise);
}

/* A disk that takes only part of what it is given, or nothing, and insists on being offered the same again. */
struct bad_disk {
	uint32_t	seed;
	uint32_t	one_in;		/* writes fail or come short so often; 0: never */
	bool		full;		/* nothing is taken */
	unsigned int	refusals;
	int		fd;		/* of the last refused write, -1 if none */
	off_t		offset;
	struct buf	rest;		/* what was not taken of it */
	uint64_t	last_frame;	/* segment and number of the last tail frame */
	int		tail_fd;
};

static ssize_t
refuse(struct bad_disk *disk, int fd, const uint8_t *bytes, size_t count, off_t offset)
{
	disk->refusals++;
	disk->fd = fd;
	disk->offset = offset;
	buf_clear(&disk->rest);
	assert_int_equal(buf_add(&disk->rest, bytes, count), 0);
	errno = ENOSPC;
	return -1;
}

/* A frame number is seen once, or again as exactly what was refused (checked by the caller before). */
static void
check_frame(struct bad_disk *disk, const uint8_t *bytes, size_t count, bool again)
{
	uint64_t frame;

	if (count < REC_AD || again)
		return;
	frame = (uint64_t)rec_get32(bytes + REC_FILE_ID) << 32 | (rec_get32(bytes + REC_AD - 4) + 1);
	assert_true(frame > disk->last_frame);
	disk->last_frame = frame;
}

static ssize_t
bad_write_at(void *ctx, int fd, const void *bytes, size_t count, off_t offset)
{
	struct bad_disk *disk = ctx;
	bool again = disk->fd == fd && offset != 0;
	size_t part;

	if (again) {
		assert_true(offset == disk->offset && count >= buf_len(&disk->rest));
		assert_memory_equal(bytes, buf_data(&disk->rest), buf_len(&disk->rest));
	}
	if (fd == disk->tail_fd && offset != 0)
		check_frame(disk, bytes, count, again);
	if (again)
		disk->fd = -1;
	if (offset != 0 && (disk->full || (disk->one_in > 0 && studio_random(&disk->seed) % disk->one_in == 0))) {
		part = disk->full || studio_random(&disk->seed) % 2 == 0 ? 0 : studio_random(&disk->seed) % count;
		if (part > 0 && pwrite(fd, bytes, part, offset) != (ssize_t)part)
			return -1;
		if (part == 0)
			return refuse(disk, fd, bytes, count, offset);
		disk->fd = fd;	/* the writer comes again at once with the rest */
		disk->offset = offset + (off_t)part;
		buf_clear(&disk->rest);
		assert_int_equal(buf_add(&disk->rest, (const uint8_t *)bytes + part, count - part), 0);
		return (ssize_t)part;
	}
	return pwrite(fd, bytes, count, offset);
}

static void
bad_disk_open(struct bad_disk *disk, struct rec_disk *as, struct studio *st)
{
	*disk = (struct bad_disk){ .seed = 99, .fd = -1, .tail_fd = -1 };
	buf_init(&disk->rest, 8 << 20);
	*as = (struct rec_disk){ .ctx = disk, .write_at = bad_write_at };
	st->params.disk = as;
	studio_record(st);
	disk->tail_fd = st->tail_fd;
	disk->last_frame = 1;	/* the meta event's */
}

static void
after_short_writes_the_same_ciphertext_is_offered_again(void **state)
{
	struct studio *st = *state;
	size_t count = 1 << 20, part, at = 0;
	uint8_t *noise = own_alloc(count);
	struct bad_disk disk;
	struct rec_disk as;
	uint32_t seed = 8;
	int r;

	studio_noise(&seed, noise, count);
	bad_disk_open(&disk, &as, st);
	disk.one_in = 3;
	while (at < count) {
		part = 1 + studio_random(&seed) % 6000;
		if (part > count - at)
			part = count - at;
		studio_put(st, REC_OUTPUT, noise + at, part);
		at += part;
		st->now_us += 1000;
		do
			r = rec_writer_flush(st->writer, st->now_us);
		while (r == -ENOSPC);
		assert_int_equal(r, 0);
		if (studio_random(&seed) % 10 == 0)
			studio_sync(st);
	}
	studio_expect(st, noise, count);
	do
		r = rec_writer_close(st->writer, NULL);
	while (r == -ENOSPC);
	assert_int_equal(r, 0);
	studio_expect(st, noise, count);
	assert_true(rec_reader_report(st->reader)->complete);
	assert_true(disk.refusals > 0);
	buf_done(&disk.rest);
	free(noise);
}

static void
a_full_disk_loses_nothing(void **state)
{
	struct studio *st = *state;
	struct bad_disk disk;
	struct rec_disk as;

	bad_disk_open(&disk, &as, st);
	studio_say(st, "one ");
	disk.full = true;
	studio_put(st, REC_OUTPUT, "two ", 4);
	for (int i = 0; i < 5; i++)
		assert_int_equal(rec_writer_flush(st->writer, 0), -ENOSPC);
	studio_put(st, REC_OUTPUT, "three ", 6);
	assert_int_equal(rec_writer_flush(st->writer, 0), -ENOSPC);
	studio_expect(st, "one ", 4);
	disk.full = false;
	assert_int_equal(rec_writer_flush(st->writer, 0), 0);
	studio_expect(st, "one two three ", 14);
	disk.full = true;
	assert_int_equal(rec_writer_flush(st->writer, REC_SEGMENT_US), -ENOSPC);	/* closing the segment */
	studio_put(st, REC_OUTPUT, "four", 4);
	assert_int_equal(rec_writer_flush(st->writer, REC_SEGMENT_US), -ENOSPC);
	assert_int_equal(rec_writer_close(st->writer, NULL), -ENOSPC);
	studio_expect(st, "one two three ", 14);
	disk.full = false;
	assert_int_equal(rec_writer_close(st->writer, NULL), 0);
	studio_expect(st, "one two three four", 18);
	assert_true(rec_reader_report(st->reader)->complete);
	buf_done(&disk.rest);
}

static void
a_file_size_limit_stops_and_lifts(void **state)
{
	struct studio *st = *state;
	struct rlimit limit, old;
	size_t count = 300000;
	uint8_t *noise = own_alloc(count);
	uint32_t seed = 3;

	studio_noise(&seed, noise, count);
	studio_record(st);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 100000;	/* in the middle of the second frame: the kernel takes a part of it */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (size_t at = 0; at < count; at += 60000) {
		studio_put(st, REC_OUTPUT, noise + at, 60000);
		if (at == 0)
			assert_int_equal(rec_writer_flush(st->writer, 0), 0);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(rec_writer_flush(st->writer, 0), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	studio_expect(st, noise, 60000);
	assert_int_equal(rec_writer_flush(st->writer, 0), 0);
	studio_expect(st, noise, count);
	studio_close(st);
	studio_expect(st, noise, count);
	free(noise);
}

static void
what_is_synced_leaves_the_tail(void **state)
{
	struct studio *st = *state;
	uint8_t *noise = own_alloc(REC_SEGMENT_BYTES), *zeros = own_alloc(REC_SEGMENT_BYTES);
	struct rec_count count;
	struct buf tail, want;
	uint32_t seed = 17;
	int fd;

	studio_noise(&seed, noise, REC_SEGMENT_BYTES);
	buf_init(&tail, 4 << 20);
	buf_init(&want, 4 << 20);
	studio_record(st);
	for (size_t at = 0; at < REC_SEGMENT_BYTES; at += 16384) {
		studio_put(st, REC_OUTPUT, noise + at, 16384);
		assert_int_equal(rec_writer_flush(st->writer, 0), 0);
	}
	rec_writer_count(st->writer, &count);
	assert_int_equal(count.segments, 1);
	assert_true(rec_writer_wants_sync(st->writer));
	fd = rec_writer_sync_begin(st->writer);
	assert_true(fd >= 0 && !rec_writer_wants_sync(st->writer) && rec_writer_sync_begin(st->writer) == -1);
	studio_say(st, "newer");	/* while the disk is busy */
	rec_writer_count(st->writer, &count);
	assert_true(count.synced_bytes < count.file_bytes);
	assert_int_equal(rec_writer_sync_done(st->writer, 0), 0);
	studio_load(st->tail, &tail);
	assert_true(rec_get64(buf_data(&tail) + 8) > REC_SEGMENT_BYTES);	/* its head leads past the hole */
	assert_true(buf_len(&tail) > REC_SEGMENT_BYTES);	/* a hole, not cut: there is something behind it */
	assert_memory_equal(buf_data(&tail) + REC_TAIL_HEAD, zeros, REC_SEGMENT_BYTES);
	buf_add(&want, noise, REC_SEGMENT_BYTES);
	buf_add(&want, "newer", 5);
	studio_expect(st, buf_data(&want), buf_len(&want));
	assert_int_equal(pwrite(st->tail_fd, "??????????????????", REC_TAIL_HEAD, 0), REC_TAIL_HEAD);
	studio_expect(st, buf_data(&want), buf_len(&want));	/* found behind the hole without the tail's head */
	assert_int_equal(rec_writer_flush(st->writer, REC_SEGMENT_US), 0);
	studio_sync(st);
	rec_writer_count(st->writer, &count);
	assert_true(count.segments == 2 && count.tail_bytes == REC_TAIL_HEAD && count.synced_bytes == count.file_bytes);
	studio_expect(st, buf_data(&want), buf_len(&want));
	buf_done(&tail);
	buf_done(&want);
	free(noise);
	free(zeros);
}

static void
what_is_appended_during_a_sync_needs_another(void **state)
{
	struct studio *st = *state;
	struct rec_count count;

	studio_record(st);
	studio_say(st, "one");
	assert_int_equal(rec_writer_flush(st->writer, REC_SEGMENT_US), 0);
	assert_true(rec_writer_sync_begin(st->writer) >= 0);
	studio_say(st, "two");
	assert_int_equal(rec_writer_flush(st->writer, 3 * REC_SEGMENT_US), 0);
	assert_int_equal(rec_writer_sync_done(st->writer, 0), 0);
	rec_writer_count(st->writer, &count);
	assert_true(count.segments == 2 && count.synced_bytes < count.file_bytes);
	assert_true(rec_writer_wants_sync(st->writer));
	assert_true(count.tail_bytes > REC_TAIL_HEAD);	/* it still holds the second segment */
	studio_sync(st);
	rec_writer_count(st->writer, &count);
	assert_true(count.synced_bytes == count.file_bytes && count.tail_bytes == REC_TAIL_HEAD);
	studio_expect(st, "onetwo", 6);
}

static void
a_failed_sync_keeps_the_tail(void **state)
{
	struct studio *st = *state;
	struct rec_count count;

	studio_record(st);
	studio_say(st, "kept");
	assert_int_equal(rec_writer_flush(st->writer, REC_SEGMENT_US), 0);
	assert_true(rec_writer_sync_begin(st->writer) >= 0);
	assert_int_equal(rec_writer_sync_done(st->writer, -EIO), -EIO);
	rec_writer_count(st->writer, &count);
	assert_true(count.tail_bytes > REC_TAIL_HEAD && count.synced_bytes < count.file_bytes);
}

static void
the_tick_closes_segments_by_time_and_then_rests(void **state)
{
	struct studio *st = *state;
	struct rec_count count;
	int wait_ms = 0;

	studio_record(st);
	studio_say(st, "x");
	assert_int_equal(rec_writer_tick(st->writer, 4000000, &wait_ms), 0);
	assert_int_equal(wait_ms, 6001);
	assert_int_equal(rec_writer_tick(st->writer, REC_SEGMENT_US, &wait_ms), 0);
	assert_int_equal(wait_ms, 1001);
	rec_writer_count(st->writer, &count);
	assert_int_equal(count.segments, 1);
	assert_int_equal(rec_writer_tick(st->writer, REC_SEGMENT_US + 1001000, &wait_ms), 0);
	assert_int_equal(wait_ms, -1);
	assert_int_equal(rec_writer_tick(st->writer, 50 * REC_SEGMENT_US, &wait_ms), 0);
	assert_int_equal(wait_ms, -1);
	rec_writer_count(st->writer, &count);
	assert_int_equal(count.segments, 1);	/* quiet time makes no segments */
}

static void
the_counted_hash_is_that_of_the_file(void **state)
{
	struct studio *st = *state;
	struct rec_count count;
	uint8_t hash[32];
	struct buf file;

	buf_init(&file, 1 << 20);
	studio_record(st);
	for (int i = 0; i < 4; i++) {
		studio_say(st, "something to hash");
		if (i < 3)
			assert_int_equal(rec_writer_flush(st->writer, (i + 1) * 2 * REC_SEGMENT_US), 0);
		else
			assert_int_equal(rec_writer_close(st->writer, NULL), 0);
		rec_writer_count(st->writer, &count);
		studio_load(st->rec, &file);
		assert_true(buf_len(&file) == count.file_bytes);
		secret_sha256(buf_data(&file), buf_len(&file), hash);
		assert_memory_equal(hash, count.sha256, sizeof hash);
	}
	assert_true(count.tail_bytes == 0);
	buf_done(&file);
}

static void
what_is_too_long_is_refused(void **state)
{
	struct studio *st = *state;
	uint8_t *bytes = own_alloc(REC_EVENT_MOST + 1);
	struct rec_event event = { .kind = REC_OUTPUT, .bytes = bytes, .count = REC_EVENT_MOST + 1 };
	struct bad_disk disk;
	struct rec_disk as;
	int r;

	bad_disk_open(&disk, &as, st);
	assert_int_equal(rec_writer_put(st->writer, &event), -EMSGSIZE);
	event.count = REC_EVENT_MOST;
	disk.full = true;
	for (int i = 0; (r = rec_writer_put(st->writer, &event)) == 0; i++)
		assert_true(i < 100);
	assert_int_equal(r, ERR_BUF_FULL);
	assert_int_equal(rec_writer_flush(st->writer, 0), -ENOSPC);
	disk.full = false;
	assert_int_equal(rec_writer_flush(st->writer, 0), 0);
	assert_int_equal(rec_writer_put(st->writer, &event), 0);
	buf_done(&disk.rest);
	free(bytes);
}

static void
an_old_file_is_not_overwritten(void **state)
{
	struct studio *st = *state;
	struct rec_writer *writer = NULL;
	const char *const nobody[] = { NULL }, *const bad[] = { "age1pq1something", NULL };

	studio_record(st);
	assert_int_equal(rec_writer_open(&st->params, &writer), -EEXIST);
	assert_int_equal(ftruncate(st->rec_fd, 0), 0);
	st->params.recipients = nobody;
	assert_int_equal(rec_writer_open(&st->params, &writer), ERR_KEY);
	st->params.recipients = bad;
	assert_int_equal(rec_writer_open(&st->params, &writer), ERR_KEY);
	assert_null(writer);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, studio_setup, studio_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(all_kinds_of_events_come_back),
		TEST(the_beginning_tells_about_the_session),
		TEST(a_mebibyte_of_noise_is_byte_exact),
		TEST(after_short_writes_the_same_ciphertext_is_offered_again),
		TEST(a_full_disk_loses_nothing),
		TEST(a_file_size_limit_stops_and_lifts),
		TEST(what_is_synced_leaves_the_tail),
		TEST(what_is_appended_during_a_sync_needs_another),
		TEST(a_failed_sync_keeps_the_tail),
		TEST(the_tick_closes_segments_by_time_and_then_rests),
		TEST(the_counted_hash_is_that_of_the_file),
		TEST(what_is_too_long_is_refused),
		TEST(an_old_file_is_not_overwritten),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
