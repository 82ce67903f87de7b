/* SPDX-License-Identifier: ISC */
/* The journal. A line is written with one write(2), so that processes sharing a descriptor do not mix. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"

/* The one global of the tree: who speaks, and how much. */
static struct {
	const char *program;
	enum log_level most;
} journal = { "postern", LOG_LEVEL_INFO };

void
log_open(const char *program, enum log_level most)
{
	journal.program = program;
	journal.most = most;
}

static void __attribute__((format(printf, 2, 0)))
say(enum log_level level, const char *format, va_list args)
{
	static const char priority[] = { '3', '4', '6', '7' };
	char line[2048];
	int used;
	int more;

	if (level > journal.most)
		return;
	if (isatty(STDERR_FILENO))
		used = snprintf(line, sizeof line, "%s: ", journal.program);
	else
		used = snprintf(line, sizeof line, "<%c>%s: ", priority[level], journal.program);
	more = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, args);
	if (more < 0)
		return;
	used += more;
	if ((size_t)used > sizeof line - 2)
		used = sizeof line - 2;
	for (int i = 3; i < used; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)used) < 0)
		return;	/* nobody listens; there is nowhere else to say it */
}

/* clang-format off */
#define SAY(level) do { va_list args; va_start(args, format); say(level, format, args); va_end(args); } while (0)
void log_error(const char *format, ...) { SAY(LOG_LEVEL_ERROR); }
void log_warn(const char *format, ...) { SAY(LOG_LEVEL_WARN); }
void log_info(const char *format, ...) { SAY(LOG_LEVEL_INFO); }
void log_debug(const char *format, ...) { SAY(LOG_LEVEL_DEBUG); }
void log_fatal(const char *format, ...) { SAY(LOG_LEVEL_ERROR); exit(1); }
/* clang-format on */
