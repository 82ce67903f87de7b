/* SPDX-License-Identifier: ISC */
/* The difference of two texts as one readable line. */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "recorder/gate/gate_change.h"

/* One line with the heading it stands under; points into the text. */
struct line {
	const char	*head, *words;
	size_t		 head_bytes, bytes;
	bool		 is_matched;
};

struct lines {
	struct line	*items;
	size_t		 count;
};

static void
lines_done(struct lines *lines)
{
	free(lines->items);
}

#define AUTO_LINES	__attribute__((cleanup(lines_done)))

static void
add_line(struct lines *lines, const char *from, size_t bytes)
{
	const struct line *before = lines->count > 0 ? &lines->items[lines->count - 1] : NULL;
	struct line line = { .words = from, .bytes = bytes };
	size_t blanks = strspn(from, " \t");

	if (bytes <= blanks)
		return;
	if (blanks > 0 && before != NULL) {
		line.head = before->head != NULL ? before->head : before->words;
		line.head_bytes = before->head != NULL ? before->head_bytes : strcspn(before->words, ":\n");
	}
	line.words += blanks;
	line.bytes -= blanks;
	lines->items = own_grow(lines->items, lines->count + 1, sizeof *lines->items);
	lines->items[lines->count++] = line;
}

static void
split(const char *text, struct lines *lines)
{
	while (*text != '\0') {
		size_t bytes = strcspn(text, "\n");

		add_line(lines, text, bytes);
		text += bytes + (text[bytes] == '\n');
	}
}

static bool
is_same(const struct line *a, const struct line *b)
{
	return a->bytes == b->bytes && a->head_bytes == b->head_bytes && memcmp(a->words, b->words, a->bytes) == 0 &&
	    (a->head_bytes == 0 || memcmp(a->head, b->head, a->head_bytes) == 0);
}

static void
match(struct lines *old, struct lines *text)
{
	for (size_t i = 0; i < old->count; i++)
		for (size_t k = 0; k < text->count && !old->items[i].is_matched; k++)
			if (!text->items[k].is_matched && is_same(&old->items[i], &text->items[k]))
				old->items[i].is_matched = text->items[k].is_matched = true;
}

/* "WORD: A | B" of what found no match. */
static void
tell(const char *word, const struct lines *lines, struct buf *out)
{
	size_t told = 0, more = 0;
	int r = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];

		if (line->is_matched)
			continue;
		if (r < 0 || buf_len(out) + line->bytes + line->head_bytes > CHANGE_MOST) {
			more++;
			continue;
		}
		r = buf_addf(out, "%s%s%.*s%s%.*s", told > 0 ? " | " : buf_len(out) > 0 ? "; " : "", told > 0 ? "" : word,
		    (int)line->head_bytes, line->head_bytes > 0 ? line->head : "", line->head_bytes > 0 ? ", " : "", (int)line->bytes, line->words);
		told++;
	}
	if (more > 0)
		(void)buf_addf(out, "%s and %zu more", told > 0 ? "" : word, more);
}

char *
change_words(const char *old, const char *text)
{
	AUTO_LINES struct lines before = { 0 };
	AUTO_LINES struct lines after = { 0 };
	AUTO_BUF struct buf out = { .max = 2 * CHANGE_MOST };

	split(old, &before);
	split(text, &after);
	match(&before, &after);
	tell("new: ", &after, &out);
	tell("gone: ", &before, &out);
	return buf_len(&out) > 0 ? buf_text(&out) : own_dup("nothing reads differently");
}
