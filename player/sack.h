/* SPDX-License-Identifier: ISC */
/* A new folder, or a tar archive, that files are put into one by one; it knows their hashes. */
#ifndef POSTERN_PLAYER_SACK_H
#define POSTERN_PLAYER_SACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

struct sack {
	char		*path;
	int		 tar;		/* descriptor; -1: it is a folder */
	char		 top[64];	/* folder inside the archive */
	int64_t		 time_s;	/* of its files */
	struct buf	 sums;		/* lines as sha256sum writes them */
	int		 error;		/* the first one; after it nothing is written */
};

/* FILE.tar or a folder; neither may be there already. 0 or -errno. sack_close() in any case. */
int	sack_open(struct sack *sack, const char *path, int64_t time_s);
/* `name` may have folders in it; at most 90 bytes. Programs (`is_run`) may be executed. */
void	sack_put(struct sack *sack, const char *name, bool is_run, const void *bytes, size_t count);
void	sack_put_text(struct sack *sack, const char *name, const char *text);
/* Ends the archive. The first error of all. */
int	sack_end(struct sack *sack);
void	sack_close(struct sack *sack);

#endif
