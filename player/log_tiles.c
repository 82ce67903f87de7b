/* SPDX-License-Identifier: ISC */
/*
 * postern log tiles: the log as files that public tools read (C2SP tlog-tiles): tile/LEVEL/N with up to 256 hashes, tile/entries/N
 * with up to 256 entries behind their lengths, and the newest signed head as checkpoint.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/head.h"
#include "player/log.h"

#define WIDTH	256
#define LEVELS	8	/* 256^8 entries */
#define BUNDLED	(2 + EVENT_ENTRY)

/* The tile of one level that is being filled. */
struct tile {
	uint8_t		hashes[WIDTH * TREE_HASH];
	unsigned	count;
	uint64_t	number;
};

struct tiles {
	const char	*dir;
	struct tile	 levels[LEVELS];
	uint8_t		 bundle[WIDTH * BUNDLED];
	struct tree	 tree;
};

/* "x001/x234/067" for 1234067. */
static void
number_path(uint64_t number, char path[64])
{
	char digits[32];
	size_t count, at = 0;

	snprintf(digits, sizeof digits, "%021" PRIu64, number);
	for (count = 0; count < 18 && memcmp(digits + count, "000", 3) == 0; count += 3)
		;
	for (; count < 21; count += 3)
		at += (size_t)snprintf(path + at, 64 - at, "%s%.3s%s", count < 18 ? "x" : "", digits + count, count < 18 ? "/" : "");
}

/* Every folder above the file. */
static int
make_folders(char *path, size_t from)
{
	for (char *slash = path + from; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* `what` is "entries" or a level. A tile that is not full has its width in its name. */
static int
put_tile(const struct tiles *tiles, const char *what, const struct tile *tile, const void *bytes, size_t count)
{
	char number[64], name[128], width[16] = "";
	AUTO_FREE char *path = NULL;
	int r;

	number_path(tile->number, number);
	if (tile->count < WIDTH)
		snprintf(width, sizeof width, ".p/%u", tile->count);
	snprintf(name, sizeof name, "%s/%s%s", what, number, width);
	path = place_path(tiles->dir, "tile", name);
	r = make_folders(path, strlen(tiles->dir) + 1);
	return r < 0 ? r : fdio_replace(path, 0644, bytes, count);
}

static int
put_level(const struct tiles *tiles, int level)
{
	const struct tile *tile = &tiles->levels[level];
	char name[12];
	int r;

	snprintf(name, sizeof name, "%d", level);
	r = put_tile(tiles, name, tile, tile->hashes, tile->count * TREE_HASH);
	if (r == 0 && level == 0)
		r = put_tile(tiles, "entries", tile, tiles->bundle, (size_t)tile->count * BUNDLED);
	return r;
}

/* A full tile is written, and its root goes one level up. */
static int
add_hash(struct tiles *tiles, const uint8_t leaf[TREE_HASH])
{
	uint8_t hash[TREE_HASH];
	int r;

	memcpy(hash, leaf, sizeof hash);
	for (int level = 0; level < LEVELS; level++) {
		struct tile *tile = &tiles->levels[level];
		struct tree tree = { 0 };

		memcpy(tile->hashes + tile->count++ * TREE_HASH, hash, TREE_HASH);
		if (tile->count < WIDTH)
			return 0;
		r = put_level(tiles, level);
		if (r < 0)
			return r;
		for (unsigned i = 0; i < WIDTH; i++)
			tree_append(&tree, tile->hashes + i * TREE_HASH, NULL, NULL);
		tree_root(&tree, hash);
		tile->count = 0;
		tile->number++;
	}
	return ERR_STORE;
}

static int
add_entry(void *ctx, int64_t seq, const uint8_t entry[EVENT_ENTRY])
{
	struct tiles *tiles = ctx;
	uint8_t *at = tiles->bundle + tiles->levels[0].count * BUNDLED;
	uint8_t leaf[TREE_HASH];

	(void)seq;
	at[0] = 0;
	at[1] = EVENT_ENTRY;
	memcpy(at + 2, entry, EVENT_ENTRY);
	tree_leaf(entry, EVENT_ENTRY, leaf);
	tree_append(&tiles->tree, leaf, NULL, NULL);
	return add_hash(tiles, leaf);
}

/* The head last: whoever looks meanwhile finds all tiles of the one that is there. */
static int
put_head(const struct cli *cli, const struct tiles *tiles, const struct head *head)
{
	AUTO_FREE char *path = place_path(tiles->dir, "checkpoint", NULL);
	struct checkpoint checkpoint;
	uint8_t root[TREE_HASH];
	int r = log_checkpoint(head, &checkpoint);

	tree_root(&tiles->tree, root);
	if (r < 0 || memcmp(root, checkpoint.head.root, sizeof root) != 0)
		return cli_fail(cli, STATUS_EDITED, "the entries are not those that were signed: `postern verify` says more");
	r = fdio_replace(path, 0644, head->note, strlen(head->note));
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "%s: %s", path, err_text(r));
	printf("%" PRId64 " entries, under the head of this size.\n", head->size);
	return STATUS_OK;
}

int
log_tiles(struct log_job *job)
{
	struct tiles *tiles = own_alloc(sizeof *tiles);
	AUTO_HEAD struct head head = { 0 };
	int r = head_get(job->store, INT64_MAX, &head);

	tiles->dir = job->word;
	if (r == 0 && mkdir(tiles->dir, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0 && head.size > 0)
		r = event_leaves(job->store, 0, head.size, add_entry, tiles);
	for (int level = 0; r == 0 && level < LEVELS; level++)
		if (tiles->levels[level].count > 0)
			r = put_level(tiles, level);
	r = r < 0 ? cli_fail(job->cli, cli_status(r), "%s: %s", tiles->dir, err_text(r)) : put_head(job->cli, tiles, &head);
	free(tiles);
	return r;
}
