/* SPDX-License-Identifier: ISC */
/*
 * Another process's memory. A read never crosses into a page that need not be there. What is read may be changed by
 * another thread before the kernel reads it: it is what the process claimed.
 */
#include "config.h"

#include <string.h>
#include <sys/uio.h>

#include "recorder/trail/tracer.h"

#define PAGE	4096u
#define BATCH	64	/* arguments that are read at once, */
#define PIECE	128	/* so much of each */

static size_t
page_rest(uint64_t address)
{
	return PAGE - (size_t)(address & (PAGE - 1));
}

static ssize_t
memory_read(uint32_t pid, uint64_t address, void *bytes, size_t count)
{
	struct iovec here = { bytes, count };
	struct iovec there = { (void *)(uintptr_t)address, count };

	return process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0);
}

bool
memory_bytes(uint32_t pid, uint64_t address, void *bytes, size_t count)
{
	return memory_read(pid, address, bytes, count) == (ssize_t)count;
}

ssize_t
memory_text(uint32_t pid, uint64_t address, char *text, size_t size, bool *is_cut)
{
	size_t used = 0;

	*is_cut = false;
	while (used < size - 1) {
		size_t want = page_rest(address + used);
		ssize_t n;
		char *end;

		if (want > size - 1 - used)
			want = size - 1 - used;
		n = memory_read(pid, address + used, text + used, want);
		if (n <= 0)
			return -1;
		end = memchr(text + used, '\0', (size_t)n);
		if (end != NULL)
			return end - text;
		used += (size_t)n;
	}
	text[used] = '\0';
	*is_cut = true;
	return (ssize_t)used;
}

struct args {
	char		*bytes;
	size_t		 used;
	unsigned	 flags;
	bool		 is_full;
};

static void
add_arg(struct args *args, const char *text, size_t count)
{
	if (args->is_full || count + 1 > TRACER_ARG_BYTES - args->used) {
		args->is_full = true;	/* nothing behind it either: what is kept is the beginning */
		args->flags |= TRAIL_CUT;
		return;
	}
	memcpy(args->bytes + args->used, text, count);
	args->bytes[args->used + count] = '\0';
	args->used += count + 1;
}

static void
add_long(struct args *args, uint32_t pid, uint64_t address)
{
	char text[TRACER_ARG_MOST];
	bool is_cut;
	ssize_t n = memory_text(pid, address, text, sizeof text, &is_cut);

	if (n < 0)
		args->flags |= TRAIL_UNKNOWN;
	if (is_cut)
		args->flags |= TRAIL_CUT;
	add_arg(args, text, n < 0 ? 0 : (size_t)n);
}

/* The first bytes of each argument in one call, which is enough for most. */
static void
add_batch(struct args *args, uint32_t pid, const uint64_t *addresses, size_t count)
{
	char pieces[BATCH][PIECE];
	struct iovec here[BATCH] = { { 0 } }, there[BATCH] = { { 0 } };
	ssize_t all = 0;
	bool is_whole;

	for (size_t i = 0; i < count; i++) {
		size_t want = page_rest(addresses[i]) < PIECE ? page_rest(addresses[i]) : PIECE;

		here[i] = (struct iovec){ pieces[i], want };
		there[i] = (struct iovec){ (void *)(uintptr_t)addresses[i], want };
		all += (ssize_t)want;
	}
	is_whole = process_vm_readv((pid_t)pid, here, count, there, count, 0) == all;
	for (size_t i = 0; i < count; i++) {
		const char *end = is_whole ? memchr(pieces[i], '\0', here[i].iov_len) : NULL;

		if (end != NULL)
			add_arg(args, pieces[i], (size_t)(end - pieces[i]));
		else
			add_long(args, pid, addresses[i]);
	}
}

/* So many of the pointers at `address` as stand in its page, at most BATCH. 0 if they cannot be read. */
static size_t
read_pointers(uint32_t pid, uint64_t address, uint64_t pointers[BATCH])
{
	size_t count = page_rest(address) / sizeof *pointers;

	if (count == 0)	/* one that lies across two pages */
		return memory_bytes(pid, address, pointers, sizeof *pointers) ? 1 : 0;
	if (count > BATCH)
		count = BATCH;
	return memory_bytes(pid, address, pointers, count * sizeof *pointers) ? count : 0;
}

size_t
memory_args(uint32_t pid, uint64_t address, char *bytes, uint32_t *argc, unsigned *flags)
{
	struct args args = { .bytes = bytes };
	uint64_t pointers[BATCH];
	bool more = address != 0;

	*argc = 0;
	while (more) {
		size_t count = read_pointers(pid, address, pointers), real = 0;

		if (count == 0)
			args.flags |= TRAIL_UNKNOWN;
		while (real < count && pointers[real] != 0)
			real++;
		if (*argc < TRACER_ARGS && args.used < TRACER_ARG_BYTES)
			add_batch(&args, pid, pointers, real);
		else if (real > 0)
			args.flags |= TRAIL_CUT;
		*argc += (uint32_t)real;
		address += count * sizeof *pointers;
		more = count > 0 && real == count && *argc < (1u << 20);
	}
	*flags |= args.flags;
	return args.used;
}
