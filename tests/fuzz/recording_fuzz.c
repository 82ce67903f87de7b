/* SPDX-License-Identifier: ISC */
/*
 * Recordings made by an enemy. The first byte says what follows: 0 edits of a good recording's bytes; else plaintext
 * that is sealed with the right keys, as the writer of a hostile recording could: 1 the events of a tail, 2 a
 * segment's head and zstd frame, 3 a footer, 4 two frames of a tail with undecided parts.
 */
#include "config.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/header.h"
#include "lib/record/keys.h"
#include "lib/record/layers.h"
#include "lib/record/reader.h"
#include "lib/record/writer.h"
#include "tests/fuzz/fuzz.h"

#define PART_MOST	(4U << 20)
#define EVENTS_MOST	2000000

/* Made once. */
static struct age_ring *ring;
static char recipient[AGE_TEXT];
static struct buf good[REC_PARTS];		/* three segments and a tail, no end */

/* Bytes of the recording under test. */
static struct buf part[REC_PARTS];

static ssize_t
read_at(void *ctx, enum rec_part which, uint64_t offset, void *to, size_t count)
{
	const struct buf *buf = &((const struct buf *)ctx)[which];

	if (offset >= buf_len(buf))
		return 0;
	if (count > buf_len(buf) - offset)
		count = buf_len(buf) - (size_t)offset;
	memcpy(to, buf_data(buf) + offset, count);
	return (ssize_t)count;
}

static int64_t
size(void *ctx, enum rec_part which)
{
	return (int64_t)buf_len(&((const struct buf *)ctx)[which]);
}

static void
must(bool good_so_far)
{
	if (!good_so_far)
		abort();
}

static void
copy_file(int fd, struct buf *to)
{
	off_t count = lseek(fd, 0, SEEK_END);
	uint8_t *room;

	buf_init(to, PART_MOST);
	room = buf_reserve(to, (size_t)count);
	must(room != NULL && fdio_pread(fd, room, (size_t)count, 0) == count);
	buf_commit(to, (size_t)count);
}

static void
record_good(void)
{
	const char *const recipients[] = { recipient, NULL };
	struct rec_params params = { .rec_fd = memfd_create("rec", MFD_CLOEXEC), .tail_fd = memfd_create("tail", MFD_CLOEXEC),
		.recipients = recipients, .columns = 80, .rows = 24, .meta = "{}" };
	AUTO_REC_WRITER struct rec_writer *writer = NULL;
	struct rec_event event = { .t_us = 0 };

	must(rec_writer_open(&params, &writer) == 0);
	for (int i = 0; i < 40; i++) {
		event.t_us = i * 100000;
		rec_event_make_text(&event, REC_OUTPUT, "Lorem ipsum dolor sit amet\r\n");
		must(rec_writer_put(writer, &event) == 0);
		must(rec_writer_flush(writer, i / 10 * 2 * REC_SEGMENT_US + (i % 10 == 9 && i < 30 ? REC_SEGMENT_US : 0)) == 0);
	}
	copy_file(params.rec_fd, &good[REC_PART_FILE]);
	copy_file(params.tail_fd, &good[REC_PART_TAIL]);
	close(params.rec_fd);
	close(params.tail_fd);
}

static void
prepare(void)
{
	struct age_recipient to;
	uint8_t identity[AGE_KEY] = { 1 };

	if (ring != NULL)
		return;
	must(sodium_init() >= 0);
	ring = age_ring_new();
	age_ring_add(ring, identity);
	age_identity_recipient(identity, &to);
	age_recipient_text(&to, recipient);
	record_good();
	for (int i = 0; i < REC_PARTS; i++)
		buf_init(&part[i], PART_MOST);
}

/* Each edit is four bytes: part and operation, u16 place, value. */
static void
edit(const uint8_t *bytes, size_t count)
{
	for (int i = 0; i < REC_PARTS; i++)
		must(buf_add(&part[i], buf_data(&good[i]), buf_len(&good[i])) == 0);
	for (; count >= 4; bytes += 4, count -= 4) {
		struct buf *target = &part[bytes[0] & 1];
		size_t place = rec_get16(bytes + 1);

		if (place >= buf_len(target))
			continue;
		if ((bytes[0] & 2) != 0)
			target->end = target->start + place;
		else
			target->bytes[target->start + place] = bytes[3];
	}
}

static void
add_sealed(struct rec_keys *keys, enum rec_key_use use, struct rec_frame frame, const uint8_t *plain)
{
	struct buf *to = &part[use == REC_KEY_TAIL ? REC_PART_TAIL : REC_PART_FILE];
	size_t count = rec_frame_head(use) + frame.count + REC_TAG;
	uint8_t *room = buf_reserve(to, count);

	must(room != NULL);
	rec_keys_seal(keys, use, &frame, plain, room);
	buf_commit(to, count);
}

/* A header with known keys, then the input sealed as the mode says. */
static void
seal(uint8_t mode, const uint8_t *bytes, uint32_t count)
{
	const char *const recipients[] = { recipient, NULL };
	const struct layers_to to = { .recipients = recipients };
	struct rec_header header = { .columns = 80, .rows = 24 };
	static const uint8_t ck0[REC_KEY] = { 2 };
	AUTO_REC_KEYS struct rec_keys *keys = rec_keys_new(ck0, header.file_id);
	AUTO_BUF struct buf envelope;
	uint8_t room[REC_HEADER];

	buf_init(&envelope, REC_ENVELOPE_MOST);
	must(rec_envelope_seal(header.file_id, ck0, &to, &envelope) == 0);
	header.envelope_bytes = (uint32_t)buf_len(&envelope);
	rec_header_put(&header, ck0, room);
	buf_add(&part[REC_PART_FILE], room, sizeof room);
	buf_add(&part[REC_PART_FILE], buf_data(&envelope), buf_len(&envelope));
	if (mode == 1) {
		buf_add(&part[REC_PART_TAIL], REC_MAGIC_TAIL "\20\0\0\0\0\0\0\0", REC_TAIL_HEAD);
		add_sealed(keys, REC_KEY_TAIL, (struct rec_frame){ .type = REC_FRAME_TAIL, .count = count }, bytes);
	} else if (mode == 2 && count >= REC_SEGMENT_HEAD) {
		add_sealed(keys, REC_KEY_SEGMENT, (struct rec_frame){ .type = REC_FRAME_HEAD, .count = REC_SEGMENT_HEAD }, bytes);
		add_sealed(keys, REC_KEY_SEGMENT, (struct rec_frame){ .type = REC_FRAME_DATA, .flags = REC_FRAME_LAST,
		    .count = count - REC_SEGMENT_HEAD }, bytes + REC_SEGMENT_HEAD);
	} else if (mode == 4) {
		buf_add(&part[REC_PART_TAIL], REC_MAGIC_TAIL "\20\0\0\0\0\0\0\0", REC_TAIL_HEAD);
		add_sealed(keys, REC_KEY_TAIL, (struct rec_frame){ .type = REC_FRAME_UNDECIDED, .count = count / 2 }, bytes);
		add_sealed(keys, REC_KEY_TAIL, (struct rec_frame){ .type = REC_FRAME_UNDECIDED, .count = count - count / 2 }, bytes + count / 2);
	} else if (mode == 3) {
		add_sealed(keys, REC_KEY_SEGMENT, (struct rec_frame){ .type = REC_FRAME_FOOTER, .flags = REC_FRAME_LAST,
		    .count = count }, bytes);
	}
}

static void
read_all(struct rec_reader *reader)
{
	struct rec_event event;
	int64_t before_us = 0;
	int r, events = 0;

	rec_reader_wants_undecided(reader);
	while ((r = rec_reader_next(reader, &event)) == 1) {
		must(event.t_us >= before_us || events == 0 || event.t_us >= 0);
		must(event.count <= REC_EVENT_MOST && ++events < EVENTS_MOST);
		before_us = event.t_us;
	}
	must(r <= 0 && rec_reader_report(reader) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct rec_source source = { .ctx = part, .read_at = read_at, .size = size };
	AUTO_REC_READER struct rec_reader *reader = NULL;
	struct rec_keyring keyring;

	prepare();
	keyring = (struct rec_keyring){ .identities = ring };
	if (count < 1 || count > REC_FRAME_MOST)
		return 0;
	buf_clear(&part[REC_PART_FILE]);
	buf_clear(&part[REC_PART_TAIL]);
	if (bytes[0] % 5 == 0)
		edit(bytes + 1, count - 1);
	else
		seal(bytes[0] % 5, bytes + 1, (uint32_t)count - 1);
	if (rec_reader_open(&source, &keyring, &reader) < 0)
		return 0;
	read_all(reader);
	(void)rec_reader_seek_time(reader, 2500000);
	read_all(reader);
	return 0;
}
