/* SPDX-License-Identifier: ISC */
/*
 * A disk that remembers: SQLite's own file layer below it does the work, and every write, truncation and sync of the
 * catalogue and its write-ahead log is kept in order. From that the files are made as a power cut at any point could have
 * left them: what was synced is there; of what was not, each sector may be there, be missing or be torn.
 */
#ifndef POSTERN_TESTS_UNIT_STORE_DISK_H
#define POSTERN_TESTS_UNIT_STORE_DISK_H

#include <stddef.h>
#include <stdint.h>

struct disk;

/* From now on SQLite's files go through it. One at a time. */
struct disk	*disk_watch(void);
/* SQLite's own layer is the default again; what was kept stays readable. */
void		 disk_unwatch(struct disk *disk);
void		 disk_free(struct disk *disk);

/* How much has happened so far: a point to cut at. */
size_t		 disk_now(const struct disk *disk);

/* The same numbers for the same seed. */
uint64_t	 disk_random(uint64_t *seed);

/* Makes DIR/catalogue.db and DIR/catalogue.db-wal as a cut after `point` things could have left them. */
void		 disk_cut(const struct disk *disk, size_t point, uint64_t *seed, const char *dir);

#endif
