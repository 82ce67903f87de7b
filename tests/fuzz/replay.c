/* SPDX-License-Identifier: ISC */
/* Replays a corpus through a fuzzer, each input as it is and in many slightly changed forms, the same at each run. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MOST	(1U << 20)
#define VARIANTS	200

static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/*
 * A few bytes replaced, or the end cut off; in memory of exactly the size, so that a sanitizer sees what is read
 * behind it.
 */
static void
run_variant(const uint8_t *bytes, size_t count, uint32_t *seed)
{
	size_t kept = next(seed) % 4 == 0 ? next(seed) % (count + 1) : count;
	AUTO_FREE uint8_t *changed = malloc(kept > 0 ? kept : 1);

	if (changed == NULL)
		abort();
	memcpy(changed, bytes, kept);
	for (uint32_t n = next(seed) % 4; n > 0 && kept > 0; n--)
		changed[next(seed) % kept] = (uint8_t)(next(seed) >> 9);
	LLVMFuzzerTestOneInput(changed, kept);
}

static int
run_file(const char *folder, const char *name)
{
	AUTO_FREE char *path = NULL, *text = NULL;
	uint32_t seed = 1;
	size_t count;
	int r;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	r = fdio_slurp_path(path, INPUT_MOST, &text, &count);
	if (r < 0) {
		printf("# %s: %s\n", path, err_text(r));
		return r;
	}
	LLVMFuzzerTestOneInput((const uint8_t *)text, count);
	for (int i = 0; i < VARIANTS; i++)
		run_variant((const uint8_t *)text, count, &seed);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : FUZZ_CORPUS;
	const struct dirent *entry;
	int files = 0, r = 0;
	DIR *dir;

	setvbuf(stdout, NULL, _IOLBF, 0);
	dir = opendir(folder);
	while (dir != NULL && r == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		r = run_file(folder, entry->d_name);
		files++;
	}
	if (dir != NULL)
		closedir(dir);
	printf("%s 1 - %d inputs and %d variants of each do no harm\n1..1\n", r == 0 && files > 0 ? "ok" : "not ok", files, VARIANTS);
	return r == 0 && files > 0 ? 0 : 1;
}
