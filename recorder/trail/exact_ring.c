/* SPDX-License-Identifier: ISC */
/*
 * The ring, read in place (the kernel's Documentation/bpf/ringbuf.rst): a page with our position, a page with the kernel's,
 * then the records, each behind a word with its length and two flags; mapped twice, so that none is ever broken in two.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder/trail/exact.h"
#include "recorder/trail/exact_ring.h"
#include "recorder/trail/frame.h"
#include "recorder/trail/tracer.h"

#define MASK		(EXACT_RING_BYTES - 1)
#define SPINS		1000	/* before a turn of the processor is given away */

int
exact_ring_open(struct exact_ring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *theirs;
	void *ours, *lost;

	if (fcntl(TRACER_RING, F_GETFD) < 0)
		return -errno;
	ours = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, TRACER_RING, 0);
	theirs = mmap(NULL, page + 2 * EXACT_RING_BYTES, PROT_READ, MAP_SHARED, TRACER_RING, (off_t)page);
	lost = mmap(NULL, page, PROT_READ, MAP_SHARED, TRACER_LOST, 0);
	if (ours == MAP_FAILED || theirs == MAP_FAILED || lost == MAP_FAILED)
		return -errno;
	*ring = (struct exact_ring){ .fd = TRACER_RING, .ours = ours, .theirs = (const void *)theirs, .records = theirs + page, .lost = lost };
	return 0;
}

/* What stands at `position`, waited for: another processor is writing it, and what is behind it counts only then. */
static uint32_t
read_length(const struct exact_ring *ring, uint64_t position)
{
	const uint32_t *word = (const void *)(ring->records + (position & MASK));
	uint32_t length;

	for (unsigned spins = 1; (length = __atomic_load_n(word, __ATOMIC_ACQUIRE)) & BPF_RINGBUF_BUSY_BIT; spins++)
		if (spins % SPINS == 0)
			poll(NULL, 0, 1);
	return length;
}

/* It lies still until we say that we have read it. */
static void
hear(struct tracer *t, const uint8_t *bytes, uint32_t count)
{
	struct exact_record record;
	char args[EXACT_ARGS_MOST];
	struct exact_texts exact = { .args = args };
	uint32_t ppid;

	memcpy(&record, bytes, sizeof record);
	if (count < sizeof record || record.name_bytes == 0 || record.name_bytes > EXACT_NAME_MOST ||
	    record.args_bytes > EXACT_ARGS_MOST || sizeof record + record.name_bytes + record.args_bytes > count) {
		t->exact_lost++;
		return;
	}
	exact.name = (const char *)bytes + sizeof record;
	memcpy(args, bytes + sizeof record + record.name_bytes, record.args_bytes);
	exact.args_bytes = record.args_bytes;
	exact.is_cut = record.is_cut != 0;
	exact_end_args(&exact, args);
	if (tracer_process(t, record.pid, true, &ppid) != record.pid)
		ppid = 0;	/* nobody claimed it, and it has gone already */
	exact_heard(t, record.pid, ppid, &exact);
}

static void
read_all(struct tracer *t, bool is_heard)
{
	struct exact_ring *ring = &t->ring;
	uint64_t position = *ring->ours;

	while (position < __atomic_load_n(ring->theirs, __ATOMIC_ACQUIRE)) {
		uint32_t length = read_length(ring, position);
		uint32_t count = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (is_heard && !(length & BPF_RINGBUF_DISCARD_BIT))
			hear(t, ring->records + (position & MASK) + BPF_RINGBUF_HDR_SZ, count);
		position += (count + BPF_RINGBUF_HDR_SZ + 7) & ~UINT64_C(7);
		__atomic_store_n(ring->ours, position, __ATOMIC_RELEASE);
	}
}

void
exact_ring_turn(struct tracer *t)
{
	if (t->ring.fd >= 0)
		read_all(t, true);
}

void
exact_ring_skip(struct tracer *t)
{
	if (t->ring.fd >= 0)
		read_all(t, false);
}

uint64_t
exact_ring_lost(const struct exact_ring *ring)
{
	return ring->fd >= 0 ? __atomic_load_n(ring->lost, __ATOMIC_RELAXED) : 0;
}
