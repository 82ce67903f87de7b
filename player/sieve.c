/* SPDX-License-Identifier: ISC */
/* The screen is asked for each row before it goes, so that nothing that was shown is missed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "lib/record/trail.h"
#include "lib/term/grid.h"
#include "player/picture.h"
#include "player/said.h"
#include "player/sieve.h"
#include "player/tape.h"

#define LINE_MOST	(64u << 10)	/* a line that is wrapped for longer is looked at in pieces */
#define HITS_MOST	10000u		/* different lines of one recording */
#define STANDING_MOST	1000u		/* lines on the screen whose first moment is remembered */
#define GLANCE_US	INT64_C(200000)	/* how often the screen is looked at for that */

/* A line that has the words and still stands on the screen; it may go on. */
struct standing {
	int64_t	 t_us;
	char	*line;
};

struct sieve {
	char *const		*words;
	struct grid		*grid;
	int64_t			 t_us;		/* of the event at hand */
	int64_t			 glanced_us;
	struct standing		*standing;
	size_t			 standing_count;
	struct sieve_hit	*hits;
	size_t			 hit_count;
};

static bool
has_words(const struct sieve *sieve, const char *line)
{
	for (char *const *word = sieve->words; *word != NULL; word++)
		if (strcasestr(line, *word) == NULL)
			return false;
	return true;
}

static void
add_hit(struct sieve *sieve, int64_t t_us, const char *what, const char *line)
{
	for (size_t i = 0; i < sieve->hit_count; i++)
		if (sieve->hits[i].what == what && strcmp(sieve->hits[i].line, line) == 0)
			return;
	if (sieve->hit_count == HITS_MOST)
		return;
	if ((sieve->hit_count & (sieve->hit_count - 1)) == 0)
		sieve->hits = own_grow(sieve->hits, sieve->hit_count == 0 ? 1 : 2 * sieve->hit_count, sizeof *sieve->hits);
	sieve->hits[sieve->hit_count++] = (struct sieve_hit){ .t_us = t_us, .what = what, .line = own_dup(line) };
}

static void
add_text(struct sieve *sieve, const char *what, const char *text, size_t count)
{
	AUTO_FREE char *clean = text_clean(text, count);

	if (has_words(sieve, clean))
		add_hit(sieve, sieve->t_us, what, clean);
}

/* When a line that has the words was first seen, if only its beginning. */
static struct standing *
find_standing(const struct sieve *sieve, const char *line)
{
	for (size_t i = 0; i < sieve->standing_count; i++)
		if (strncmp(line, sieve->standing[i].line, strlen(sieve->standing[i].line)) == 0)
			return &sieve->standing[i];
	return NULL;
}

static void
on_glance(struct sieve *sieve, const char *line)
{
	if (find_standing(sieve, line) != NULL || sieve->standing_count == STANDING_MOST)
		return;
	if (sieve->standing == NULL)
		sieve->standing = own_grow(NULL, STANDING_MOST, sizeof *sieve->standing);
	sieve->standing[sieve->standing_count++] = (struct standing){ .t_us = sieve->t_us, .line = own_dup(line) };
}

static void
on_gone(struct sieve *sieve, const char *line)
{
	struct standing *standing = find_standing(sieve, line);
	int64_t t_us = standing != NULL ? standing->t_us : sieve->t_us;

	add_hit(sieve, t_us, "shown", line);
	if (standing == NULL)
		return;
	free(standing->line);
	*standing = sieve->standing[--sieve->standing_count];
}

/* The rows of one line, joined. */
static char *
line_of(const struct grid *grid, int from, int to)
{
	AUTO_BUF struct buf line = { .max = LINE_MOST };
	AUTO_FREE char *raw = NULL;

	for (int row = from; row <= to; row++) {
		size_t before = buf_len(&line);
		AUTO_FREE char *text = NULL;

		if (grid_row_text(grid, row, &line) < 0)
			break;
		text = buf_text(&line);
		if (row < to && before <= strlen(text))	/* the blanks at its end stand inside the line */
			for (int width = text_width(text + before); width < grid_cols(grid); width++)
				(void)buf_add_text(&line, " ");
	}
	raw = buf_text(&line);
	return text_clean(raw, strlen(raw));
}

/* Every line that rows [from, to] belong to and that has something new. */
static void
sift(struct sieve *sieve, int from, int to, void (*each)(struct sieve *sieve, const char *line))
{
	const struct grid *grid = sieve->grid;
	int row = from;

	while (row > 0 && grid_row_wrapped(grid, row - 1))
		row--;
	while (row <= to) {
		AUTO_FREE char *line = NULL;
		bool is_new = grid_row_is_new(grid, row);
		int last = row;

		while (last + 1 < grid_rows(grid) && grid_row_wrapped(grid, last))
			is_new = grid_row_is_new(grid, ++last) || is_new;
		if (is_new) {
			line = line_of(grid, row, last);
			if (has_words(sieve, line))
				each(sieve, line);
		}
		row = last + 1;
	}
}

static void
before_gone(void *user, int from, int to, bool is_lost)
{
	(void)is_lost;
	sift(user, from, to, on_gone);
}

struct sieve *
sieve_new(const struct tape *tape, char *const *words)
{
	struct sieve *sieve = own_alloc(sizeof *sieve);
	struct grid_watch watch = { .before = before_gone, .user = sieve };

	*sieve = (struct sieve){ .words = words, .grid = picture_new(tape) };
	grid_watch(sieve->grid, &watch);
	if (tape->meta.command[0] != '\0')
		add_text(sieve, "entered", tape->meta.command, strlen(tape->meta.command));
	return sieve;
}

void
sieve_free(struct sieve *sieve)
{
	if (sieve == NULL)
		return;
	for (size_t i = 0; i < sieve->standing_count; i++)
		free(sieve->standing[i].line);
	for (size_t i = 0; i < sieve->hit_count; i++)
		free(sieve->hits[i].line);
	free(sieve->standing);
	free(sieve->hits);
	grid_free(sieve->grid);
	free(sieve);
}

/* The words of a program's call, as they were given, with blanks between them. */
static void
add_exec(struct sieve *sieve, const struct rec_event *event)
{
	AUTO_BUF struct buf line = { .max = 2 * TRAIL_TEXT_MOST };
	AUTO_FREE char *text = NULL;
	struct rec_exec exec;

	if (rec_exec_read(event, &exec) < 0 || exec.path == NULL || exec.what == TRAIL_EXITED)
		return;
	(void)buf_add_text(&line, exec.path);
	for (const char *arg = exec.args; arg != NULL && arg < exec.args + exec.args_bytes; arg += strlen(arg) + 1)
		if (arg != exec.args)	/* the first is the program's name again */
			(void)buf_addf(&line, " %s", arg);
	text = buf_text(&line);
	add_text(sieve, "ran", text, strlen(text));
}

static void
add_beside(struct sieve *sieve, const struct rec_event *event)
{
	AUTO_FREE char *said = said_text(event);
	struct rec_command command;

	if (rec_event_read_command(event, &command) == 0)
		add_text(sieve, "entered", command.text, command.count);
	else if (event->kind == REC_EXEC)
		add_exec(sieve, event);
	else if (said != NULL)
		add_text(sieve, "said", said, strlen(said));
}

void
sieve_event(struct sieve *sieve, const struct rec_event *event)
{
	if (event->t_us - sieve->glanced_us >= GLANCE_US) {
		sift(sieve, 0, grid_rows(sieve->grid) - 1, on_glance);
		sieve->glanced_us = event->t_us;
	}
	sieve->t_us = event->t_us;
	picture_event(sieve->grid, event);
	add_beside(sieve, event);
}

static int
by_time(const void *a, const void *b)
{
	const struct sieve_hit *left = a, *right = b;

	return (left->t_us > right->t_us) - (left->t_us < right->t_us);
}

const struct sieve_hit *
sieve_hits(struct sieve *sieve, size_t *count)
{
	sift(sieve, 0, grid_rows(sieve->grid) - 1, on_gone);
	if (sieve->hit_count > 0)
		qsort(sieve->hits, sieve->hit_count, sizeof *sieve->hits, by_time);
	*count = sieve->hit_count;
	return sieve->hits;
}
