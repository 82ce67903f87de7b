/* SPDX-License-Identifier: ISC */
/*
 * Developers' measurement: CPU of recording a file in pieces of 4 and 64 KiB, and the memory of the process around
 * it.
 */
#include "config.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/agekey.h"
#include "lib/record/writer.h"

static void
need(int r)
{
	if (r >= 0)
		return;
	fprintf(stderr, "measure: %s\n", err_text(r));
	exit(1);
}

static int64_t
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Private dirty memory of this process, KiB. */
static long
private_kib(void)
{
	AUTO_FILE FILE *file = fopen("/proc/self/smaps_rollup", "re");
	char line[128];
	long kib, sum = 0;

	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "Private_Dirty: %ld", &kib) == 1)
			sum += kib;
	}
	return sum;
}

static int
scratch(void)
{
	char path[] = "/tmp/postern-measure.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	unlink(path);
	return fd;
}

static void
measure(const char *path, const char *text, size_t count, size_t piece, const char *recipient)
{
	const char *recipients[] = { recipient, NULL };
	struct rec_params params = { .rec_fd = scratch(), .tail_fd = scratch(), .id = id_new(), .recipients = recipients };
	AUTO_REC_WRITER struct rec_writer *writer = NULL;
	struct rec_event event = { .kind = REC_OUTPUT };
	struct rec_count total;
	long before = private_kib(), opened, most = 0, idle;
	int64_t start_us;
	size_t n = 0;
	int fd, wait_ms;

	need(rec_writer_open(&params, &writer));
	opened = private_kib();
	start_us = cpu_us();
	for (size_t at = 0; at < count; at += event.count, n++) {
		event.bytes = (const uint8_t *)text + at;
		event.count = count - at < piece ? count - at : piece;
		event.t_us += 100;
		need(rec_writer_put(writer, &event));
		need(rec_writer_flush(writer, event.t_us));
		fd = rec_writer_sync_begin(writer);
		if (fd >= 0)
			need(rec_writer_sync_done(writer, 0));	/* the disk is not what is measured */
		if (n == count / piece / 2)
			most = private_kib();
	}
	start_us = cpu_us() - start_us;
	rec_writer_count(writer, &total);
	for (int i = 0; i < 3; i++)
		need(rec_writer_tick(writer, event.t_us + (i + 1) * 2 * REC_SEGMENT_US, &wait_ms));
	idle = private_kib();
	need(rec_writer_close(writer, NULL));
	rec_writer_count(writer, &total);
	printf("%s, %zu KiB pieces: %.0f MB/s of CPU, ratio %.2f; KiB of memory: open %+ld, in a flood %+ld, idle %+ld\n", path,
	    piece >> 10, (double)count / (double)start_us, (double)count / (double)total.file_bytes, opened - before,
	    most - before, idle - before);
	close(params.rec_fd);
	close(params.tail_fd);
}

int
main(int argc, char **argv)
{
	uint8_t identity[AGE_KEY];
	struct age_recipient recipient;
	char text[AGE_TEXT];

	if (sodium_init() < 0)
		return 1;
	age_identity_new(identity);
	age_identity_recipient(identity, &recipient);
	age_recipient_text(&recipient, text);
	for (int i = 1; i < argc; i++) {
		AUTO_FREE char *bytes = NULL;
		size_t count;

		need(fdio_slurp_path(argv[i], 256U << 20, &bytes, &count));
		measure(argv[i], bytes, count, 4096, text);
		measure(argv[i], bytes, count, 65536, text);
	}
	return 0;
}
