/* SPDX-License-Identifier: ISC */
/* Lines in and out of a replica. Keys pass through here, so both buffers are secret memory. */
#ifndef POSTERN_RECORDER_KEEP_LINES_H
#define POSTERN_RECORDER_KEEP_LINES_H

#include <stddef.h>

#define LINES_MOST	4096	/* longest line, with its line feed */

struct lines {
	int	 in, out;
	char	*read, *line;	/* secret memory */
	size_t	 start, end;	/* of what was read and not yet taken */
};

void	lines_init(struct lines *lines, int in, int out);
void	lines_done(struct lines *lines);

/* The next line without its line feed, valid until the next call: 1; 0 at the end of input; ERR_MSG_LENGTH; -errno. */
int	lines_get(struct lines *lines, char **line);

/* Says one, with a line feed. 0, ERR_MSG_LENGTH or -errno. */
int	lines_put(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
