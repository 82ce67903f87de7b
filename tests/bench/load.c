/* SPDX-License-Identifier: ISC */
/* What is printed: made by a fixed generator of numbers, so that every run on every machine prints the same. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "tests/bench/bench.h"
#include "tests/mask/forge.h"

#define SCREEN_TIMES	12	/* how often the captures are drawn */

static uint64_t seed = 1;

static unsigned
any(unsigned most)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % most;
}

static void
put_log(FILE *file)
{
	static const char *const programs[] = { "sshd", "kernel", "nginx", "postgres", "cron", "systemd", "dockerd", "kubelet" };
	static const char *const words[] = { "Accepted publickey for deploy from 10.0", "GET /api/v1/items", "connection authorized: user",
		"Started Session", "TCP: out of memory -- consider tuning", "checkpoint complete: wrote buffers" };
	static unsigned second = 0;

	second += any(100) == 0;
	fprintf(file, "Nov 14 %02u:%02u:%02u.%06u host%02u %s[%u]: %s %u.%u port %u id=%08x%08x\n", second / 3600 % 24, second / 60 % 60,
	    second % 60, any(1000000), any(40), programs[any(8)], any(65536), words[any(6)], any(255), any(255), any(65536),
	    any(1u << 31), any(1u << 31));
}

static void
put_colour(FILE *file)
{
	static const char *const words[] = { "build", "test", "link", "error", "warning", "src", "include", "main", "parse", "token", "value" };

	if (any(100) < 15)
		fprintf(file, "\033[%u;%uH\033[K", any(24) + 1, any(80) + 1);
	for (unsigned i = any(7) + 3; i > 0; i--) {
		if (any(10) < 6)
			fprintf(file, "\033[38;5;%um%s\033[0m ", any(256), words[any(11)]);
		else
			fprintf(file, "\033[1;38;2;%u;%u;%um%s\033[m ", any(256), any(256), any(256), words[any(11)]);
	}
	fputc('\n', file);
}

static void
put_cjk(FILE *file)
{
	uint8_t bytes[4];

	for (unsigned i = any(27) + 10; i > 0; i--) {
		unsigned kind = any(10);
		uint32_t c = kind < 5 ? 0x4E00 + any(0x800) : kind < 8 ? 0x3041 + any(0x4F) : kind < 9 ? 0xAC00 + any(0x400) : 0x1F600 + any(64);

		fwrite(bytes, 1, (size_t)text_encode(c, bytes), file);
	}
	fprintf(file, " %u\n", any(10000));
}

/* A value on each line, of each kind in turn. */
static void
put_secret(FILE *file)
{
	static struct dice dice = { 7 };
	static size_t kind = 0;
	struct forged forged;

	forge(kind++ % forge_count, &dice, &forged);
	fprintf(file, "%s%s%s\n", forged.before, forged.value, forged.after);
}

static int
put_file(FILE *file, const char *folder, const char *name)
{
	char path[PATH_MOST], bytes[4096];
	size_t n;

	snprintf(path, sizeof path, "%s/%s.capture", folder, name);
	{
		AUTO_FILE FILE *from = fopen(path, "r");

		if (from == NULL)
			return -errno;
		while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
			fwrite(bytes, 1, n, file);
	}
	return 0;
}

/* What real full-screen programs drew. */
static int
put_screens(const struct bench *bench, FILE *file)
{
	static const char *const names[] = { "shell", "vim", "less", "tmux", "top", "dialog" };
	int r = bench->captures == NULL ? -ENOENT : 0;

	for (int i = 0; r == 0 && i < SCREEN_TIMES; i++)
		for (size_t k = 0; r == 0 && k < sizeof names / sizeof names[0]; k++)
			r = put_file(file, bench->captures, names[k]);
	return r;
}

/* clang-format off */
static const struct { const char *name; void (*put)(FILE *); double part; } kinds[LOAD_COUNT] = {
	[LOAD_LOG] =	 { "log",	put_log,	1.0 },
	[LOAD_COLOUR] =	 { "colour",	put_colour,	0.25 },
	[LOAD_CJK] =	 { "cjk",	put_cjk,	0.25 },
	[LOAD_SECRETS] = { "secrets",	put_secret,	0.25 },
	[LOAD_SCREENS] = { "screens",	NULL,		0.0 },
};
/* clang-format on */

static int
make_one(struct bench *bench, enum load load)
{
	char *path = bench->load_path[load];
	AUTO_FILE FILE *file = NULL;
	int r = 0;

	snprintf(path, PATH_MOST, "%.200s/%s", bench->dir, kinds[load].name);
	file = fopen(path, "w");
	if (file == NULL)
		return -errno;
	if (kinds[load].put == NULL)
		r = put_screens(bench, file);
	while (kinds[load].put != NULL && (double)ftell(file) < bench->megabytes * kinds[load].part * 1e6)
		for (int i = 0; i < 100; i++)
			kinds[load].put(file);
	if (r < 0) {
		fprintf(stderr, "bench: no captures of full-screen programs (%s); they are left out\n", strerror(-r));
		return 0;
	}
	bench->load_bytes[load] = (size_t)ftell(file);
	return 0;
}

int
load_make(struct bench *bench)
{
	int r = 0;

	for (enum load load = 0; r == 0 && load < LOAD_COUNT; load++)
		r = make_one(bench, load);
	return r;
}
