/* SPDX-License-Identifier: ISC */
/* Lines over two descriptors, without stdio's copies of what is in them. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/secret.h"
#include "recorder/keep/lines.h"

void
lines_init(struct lines *lines, int in, int out)
{
	*lines = (struct lines){ .in = in, .out = out, .read = secret_new(LINES_MOST), .line = secret_new(LINES_MOST) };
}

void
lines_done(struct lines *lines)
{
	secret_free(lines->read);
	secret_free(lines->line);
	*lines = (struct lines){ .in = -1, .out = -1 };
}

/* 1: more was read; 0: the end. */
static int
fill(struct lines *lines)
{
	ssize_t n;

	if (lines->start > 0) {
		memmove(lines->read, lines->read + lines->start, lines->end - lines->start);
		lines->end -= lines->start;
		lines->start = 0;
	}
	if (lines->end == LINES_MOST)
		return ERR_MSG_LENGTH;
	do
		n = read(lines->in, lines->read + lines->end, LINES_MOST - lines->end);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	lines->end += (size_t)n;
	return 1;
}

int
lines_get(struct lines *lines, char **line)
{
	char *end;
	int r = 1;

	while ((end = memchr(lines->read + lines->start, '\n', lines->end - lines->start)) == NULL)
		if ((r = fill(lines)) <= 0)
			return r;
	*end = '\0';
	*line = lines->read + lines->start;
	lines->start = (size_t)(end + 1 - lines->read);
	return 1;
}

int
lines_put(struct lines *lines, const char *format, ...)
{
	va_list args;
	int count;

	va_start(args, format);
	count = vsnprintf(lines->line, LINES_MOST - 1, format, args);
	va_end(args);
	if (count < 0 || count >= LINES_MOST - 1)
		return ERR_MSG_LENGTH;
	lines->line[count] = '\n';
	return fdio_write(lines->out, lines->line, (size_t)count + 1);
}
