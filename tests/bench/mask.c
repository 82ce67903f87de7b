/* SPDX-License-Identifier: ISC */
/* What masking costs by itself: `postern redact` over whole files, and a stream of ours to which each byte comes alone. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_stream.h"
#include "tests/bench/bench.h"

#define BYTES_MOST	200000	/* written one by one */
#define FILE_MOST	(1u << 30)
#define KEY_US		1000	/* between two of them, as the stream is told */

double
mask_throughput_least(enum load load)
{
	static const double least[LOAD_COUNT] = { [LOAD_LOG] = 60, [LOAD_COLOUR] = 20, [LOAD_SECRETS] = 20 };

	return least[load];
}

static void __attribute__((noreturn))
become(const struct bench *bench, enum load load)
{
	char program[PATH_MOST];
	int in = open(bench->load_path[load], O_RDONLY), out = open("/dev/null", O_WRONLY);

	snprintf(program, sizeof program, "%.200s/postern", bench->programs);
	if (in >= 0 && out >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execl(program, program, "redact", (char *)NULL);
	_exit(127);
}

static bool
redact_one(struct bench *bench, enum load load)
{
	double began = now(), megabytes = (double)bench->load_bytes[load] / 1e6, cpu;
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		become(bench, load);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0)
		return false;
	cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	series_add(&bench->redact_cpu[load], megabytes / cpu);
	series_add(&bench->redact_wall[load], megabytes / (now() - began));
	return true;
}

void
task_redact(struct bench *bench)
{
	for (enum load load = 0; load < LOAD_COUNT; load++)
		if (bench->load_bytes[load] > 0 && !redact_one(bench, load))
			fprintf(stderr, "bench: postern redact failed\n");
}

static void
take(void *user, const uint8_t *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
}

static double
cpu_now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* As a worker has it: with a screen and a recording behind it. */
static double
write_bytes(struct bench *bench, struct mask_match *match, const char *text, size_t count)
{
	const uint8_t key[SECRET_KEY] = { 1 };
	size_t given = 0;
	const struct mask_params params = { .cols = 80, .rows = 24, .is_any = true, .key = key, .record = take, .screen = take, .user = &given };
	struct mask_stream *stream = mask_stream_new(match, &params);
	int64_t at = 1;
	double began = cpu_now(), seconds;

	for (size_t i = 0; i < count; i++, at += KEY_US)
		mask_stream_write(stream, text + i, 1, at);
	seconds = cpu_now() - began;
	bench->screen_bytes = grid_memory(mask_stream_grid(stream));
	bench->stream_bytes = mask_stream_memory(stream);
	mask_stream_free(stream);
	return seconds;
}

static void
bytes_one(struct bench *bench, struct mask_match *match, enum load load)
{
	AUTO_FREE char *text = NULL;
	size_t count;

	if (bench->load_bytes[load] == 0 || fdio_slurp_path(bench->load_path[load], FILE_MOST, &text, &count) < 0)
		return;
	count = count < BYTES_MOST ? count : BYTES_MOST;
	series_add(&bench->byte_us[load], write_bytes(bench, match, text, count) / (double)count * 1e6);
}

void
task_bytes(struct bench *bench)
{
	static const char *const sets[] = { "secrets", "personal", NULL };
	AUTO_MASK_RULES struct mask_rules *all = mask_rules_builtin();
	AUTO_MASK_RULES struct mask_rules *chosen = NULL;
	struct mask_match *match = NULL;
	char why[MASK_RULES_WHY];

	if (mask_rules_select(all, sets, &chosen, why) < 0 || mask_match_new(chosen, &match, NULL) < 0)
		return;
	for (enum load load = 0; load < LOAD_COUNT; load++)
		bytes_one(bench, match, load);
	mask_match_free(match);
}
