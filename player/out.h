/* SPDX-License-Identifier: ISC */
/* Where an export goes: a file or standard output, in large writes. */
#ifndef POSTERN_PLAYER_OUT_H
#define POSTERN_PLAYER_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct cli;

#define OUT_ROOM	(1U << 20)

struct out {
	const struct cli	*cli;
	const char		*path;	/* NULL: standard output */
	int			 fd;
	size_t			 count;
	char			*room;	/* OUT_ROOM bytes */
};

/*
 * Opens `path` for writing (mode 0600, emptied) unless it is the same file as `not_this` (may be NULL). `raw`: what comes may
 * do anything to a terminal, so it goes to none. 0, or an exit status after a sentence. out_close() in any case.
 */
int	out_open(struct out *out, const struct cli *cli, const char *path, const char *not_this, bool raw);
void	out_close(struct out *out);	/* what was not flushed is given up */

/* 0 or -errno; flush writes all. */
int	out_put(struct out *out, const void *bytes, size_t count);
int	out_put_text(struct out *out, const char *text);
int	out_flush(struct out *out);

#endif
