/* SPDX-License-Identifier: ISC */
/* The recording tests' fixture. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "tests/unit/record/studio.h"

int
studio_setup(void **state)
{
	struct studio *st = own_alloc(sizeof *st);
	struct age_recipient recipient;
	uint8_t identity[AGE_KEY];

	if (sodium_init() < 0)
		return -1;
	signal(SIGXFSZ, SIG_IGN);
	snprintf(st->dir, sizeof st->dir, "/tmp/postern-record.XXXXXX");
	if (mkdtemp(st->dir) == NULL)
		return -1;
	snprintf(st->rec, sizeof st->rec, "%s/one.rec", st->dir);
	snprintf(st->tail, sizeof st->tail, "%s/one.tail", st->dir);
	st->rec_fd = st->tail_fd = -1;
	st->ring = age_ring_new();
	age_identity_new(identity);
	age_ring_add(st->ring, identity);
	age_identity_recipient(identity, &recipient);
	st->recipients[0] = age_recipient_text(&recipient, st->recipient);
	st->params = (struct rec_params){ .id = id_new(), .start_wall_us = 1763900000000000, .recipients = st->recipients,
		.columns = 80, .rows = 24, .meta = "{\"person\":\"ada\"}" };
	buf_init(&st->envelope, REC_ENVELOPE_MOST);
	*state = st;
	return 0;
}

static void
drop_files(struct studio *st)
{
	own_close(&st->rec_fd);
	own_close(&st->tail_fd);
}

int
studio_teardown(void **state)
{
	struct studio *st = *state;
	char command[128];

	studio_shut(st);
	studio_crash(st);
	age_ring_free(st->ring);
	buf_done(&st->envelope);
	snprintf(command, sizeof command, "rm -rf '%s'", st->dir);
	if (system(command) != 0)
		return -1;
	free(st);
	return 0;
}

void
studio_record(struct studio *st)
{
	const struct buf *envelope;

	studio_crash(st);
	unlink(st->rec);
	unlink(st->tail);
	st->rec_fd = open(st->rec, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	st->tail_fd = open(st->tail, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(st->rec_fd >= 0 && st->tail_fd >= 0);
	st->params.rec_fd = st->rec_fd;
	st->params.tail_fd = st->tail_fd;
	assert_int_equal(rec_writer_open(&st->params, &st->writer), 0);
	envelope = rec_writer_envelope(st->writer);
	buf_clear(&st->envelope);
	buf_add(&st->envelope, buf_data(envelope), buf_len(envelope));
	st->now_us = 0;
}

void
studio_put(struct studio *st, enum rec_kind kind, const void *bytes, size_t count)
{
	struct rec_event event = { .kind = kind, .t_us = st->now_us, .bytes = bytes, .count = count };

	assert_int_equal(rec_writer_put(st->writer, &event), 0);
}

void
studio_say(struct studio *st, const char *text)
{
	studio_put(st, REC_OUTPUT, text, strlen(text));
	assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
}

void
studio_sync(struct studio *st)
{
	int fd = rec_writer_sync_begin(st->writer);

	if (fd >= 0)
		assert_int_equal(rec_writer_sync_done(st->writer, fdatasync(fd) < 0 ? -errno : 0), 0);
}

void
studio_close(struct studio *st)
{
	assert_int_equal(rec_writer_close(st->writer, NULL), 0);
	studio_crash(st);
}

void
studio_crash(struct studio *st)
{
	rec_writer_free(st->writer);
	st->writer = NULL;
	drop_files(st);
}

int
studio_open(struct studio *st)
{
	struct rec_keyring keyring = { .identities = st->ring };

	studio_shut(st);
	if (st->params.external) {
		keyring.envelope = buf_data(&st->envelope);
		keyring.envelope_bytes = buf_len(&st->envelope);
	}
	assert_int_equal(rec_source_files(&st->source, st->rec), 0);
	return rec_reader_open(&st->source, &keyring, &st->reader);
}

void
studio_shut(struct studio *st)
{
	rec_reader_free(st->reader);
	st->reader = NULL;
	rec_source_done(&st->source);
}

int
studio_read(struct studio *st, struct buf *output)
{
	struct rec_event event;
	int r;

	while ((r = rec_reader_next(st->reader, &event)) == 1) {
		if (event.kind == REC_OUTPUT)
			assert_int_equal(buf_add(output, event.bytes, event.count), 0);
	}
	return r;
}

void
studio_expect(struct studio *st, const void *bytes, size_t count)
{
	struct buf output;
	bool same;

	buf_init(&output, 64U << 20);
	assert_int_equal(studio_open(st), 0);
	assert_int_equal(studio_read(st, &output), 0);
	same = buf_len(&output) == count && memcmp(buf_data(&output), bytes, count) == 0;
	if (!same)
		print_message("# %zu bytes instead of %zu: %s\n", buf_len(&output), count, rec_reader_report(st->reader)->missing);
	buf_done(&output);
	assert_true(same);
}

void
studio_load(const char *path, struct buf *bytes)
{
	char *text;
	size_t count;

	assert_int_equal(fdio_slurp_path(path, 64U << 20, &text, &count), 0);
	buf_clear(bytes);
	assert_int_equal(buf_add(bytes, text, count), 0);
	free(text);
}

void
studio_store(const char *path, const void *bytes, size_t count)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fdio_write(fd, bytes, count), 0);
	close(fd);
}

uint32_t
studio_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

void
studio_noise(uint32_t *seed, uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(studio_random(seed) >> 11);
}
