/* SPDX-License-Identifier: ISC */
/* Prompts and commands on the lines of the screen, and what lies between them in the stream. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "lib/term/grid.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_command.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_output.h"

#define SIGN_WORDS	4	/* between an arrow that begins a prompt, and the command */

uint64_t
mask_ref_place(const struct mask_stream *s, uint32_t ref)
{
	uint64_t now = grid_place(s->grid);
	uint32_t origin;

	if (ref >> 16 == MASK_CARRY_ROW) {
		const struct mask_carried *cell = &s->carry.cells[ref & 0xffff];

		if ((cell->glyph & MASK_CARRY_BLANK) != 0)
			return 0;
		origin = cell->origin;
	} else {
		const struct grid_cell *cell = grid_cell(s->grid, (int)(ref >> 16), (int)(ref & 0xffff));

		if (cell->glyph == 0)
			return 0;
		origin = cell->origin;
	}
	return now - (uint32_t)((uint32_t)now - origin);
}

static uint64_t
first_place(const struct mask_stream *s, const struct column_part *part)
{
	for (uint32_t i = part->from; i < part->to; i++)
		if (mask_ref_place(s, s->line.refs[i]) != 0 || s->line.text[i] != ' ')
			return mask_ref_place(s, s->line.refs[i]);
	return 0;
}

static uint64_t
last_place(const struct mask_stream *s, const struct column_part *part)
{
	uint64_t last = 0;

	for (uint32_t i = part->from; i < part->to; i++)
		if (mask_ref_place(s, s->line.refs[i]) > last)
			last = mask_ref_place(s, s->line.refs[i]);
	return last;
}

static struct output_span *
lasting(struct mask_outputs *o)
{
	struct output_span *span = &o->spans[(o->next + OUTPUT_SPANS - 1) % OUTPUT_SPANS];

	return o->next > 0 && span->to == UINT64_MAX ? span : NULL;
}

static void
end(struct mask_outputs *o, struct output_span *span, uint64_t place)
{
	span->to = place > span->from ? place : span->from;
	o->last = span->to;
}

void
mask_output_mark(struct mask_stream *s, uint64_t begin, uint64_t end_of)
{
	static const char lead[] = "133;";
	struct mask_outputs *o = s->outputs;
	struct output_span *span = lasting(o);
	const uint8_t *bytes;
	size_t left;

	if (begin < s->queue.base || end_of < begin + sizeof lead)
		return;
	bytes = mask_queue_at(&s->queue, begin, &left);
	if (left < sizeof lead || memcmp(bytes, lead, sizeof lead - 1) != 0 || strchr("ABD", bytes[4]) == NULL)
		return;
	o->marks[o->next_mark % OUTPUT_MARKS].place = end_of;
	o->marks[o->next_mark++ % OUTPUT_MARKS].kind = (char)bytes[4];
	if (span != NULL && span->is_marked && bytes[4] != 'B')
		end(o, span, end_of);
}

/* The first mark of this kind in [from, to); UINT64_MAX: there is none. */
static uint64_t
find_mark(const struct mask_outputs *o, char kind, uint64_t from, uint64_t to)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < OUTPUT_MARKS && i < o->next_mark; i++)
		if (o->marks[i].kind == kind && o->marks[i].place >= from && o->marks[i].place < to && o->marks[i].place < first)
			first = o->marks[i].place;
	return first;
}

/* "me@host" of a prompt: *count bytes from the '@' on; NULL: it names none. */
static const char *
host_of(const char *prompt, size_t bytes, size_t *count)
{
	const char *at = memchr(prompt, '@', bytes);
	size_t left = at != NULL ? (size_t)(prompt + bytes - at) : 0;

	*count = 1;
	while (*count < left && (isalnum((unsigned char)at[*count]) || at[*count] == '-' || at[*count] == '_' || at[*count] == '.'))
		++*count;
	return at != NULL && *count > 1 ? at : NULL;
}

/* How much of a prompt stays the same in another folder: up to what names it. */
static size_t
head_of(const char *prompt, size_t bytes)
{
	size_t i = 0;

	while (i < bytes && strchr(" :~/=-*!$#%>", prompt[i]) == NULL)
		i++;
	return i;
}

static size_t
trimmed(const char *prompt, size_t bytes)
{
	while (bytes > 0 && prompt[bytes - 1] == ' ')
		bytes--;
	return bytes;
}

/* text[0, bytes) ends like a prompt; it is the one on which the command was entered, but for the folder or the user. */
static bool
is_same(const struct mask_outputs *o, const char *text, size_t bytes, bool is_waiting)
{
	size_t was = trimmed(o->prompt, o->prompt_bytes), is = trimmed(text, bytes), was_host, is_host, head;
	const char *host = host_of(o->prompt, was, &was_host), *other = host_of(text, is, &is_host);

	if (host != NULL)
		return other != NULL && was_host == is_host && memcmp(host, other, is_host) == 0;
	head = head_of(o->prompt, was);
	if (head > 0)
		return is >= head && memcmp(o->prompt, text, head) == 0 && head_of(text, is) == head;
	if (was == 0 || is == 0 || o->prompt[was - 1] != text[is - 1])
		return false;
	if (was > 2 && is > 2)	/* a folder first, or a sign of two lines */
		return o->prompt[0] == text[0] || (strchr("~/", o->prompt[0]) != NULL && strchr("~/", text[0]) != NULL);
	return was == is && memcmp(o->prompt, text, is) == 0 && (is_waiting || text[0] == '$' || text[0] == '%');
}

/* The line begins with the prompt: bytes of it, 0 if it does not. */
static size_t
prompt_again(const struct mask_stream *s, const struct column_part *part)
{
	const char *text = s->line.text + part->from;
	size_t bytes = part->to - part->from, at = 0;

	while ((at = mask_prompt_end(text, bytes, at)) != 0) {
		if (is_same(s->outputs, text, at, part->is_open && at == bytes))
			return at;
		if (at == bytes)
			break;
	}
	return 0;
}

/* Offset behind the place of a mark. */
static size_t
behind_mark(const struct mask_stream *s, const struct column_part *part, uint64_t place)
{
	uint32_t i = part->from;

	while (i < part->to && mask_ref_place(s, s->line.refs[i]) < place)
		i++;
	return i - part->from;
}

/* The command of a line that was entered, and in *at where it begins. */
static size_t
find_command(const struct mask_stream *s, const struct column_part *part, size_t *at)
{
	const struct mask_area *areas = s->rules->outputs;
	const char *text = s->line.text + part->from;
	size_t bytes = part->to - part->from, count = s->rules->output_count, found = count, words = 0;

	*at = 0;
	while (found == count && (*at = mask_prompt_end(text, bytes, *at)) != 0 && *at < bytes) {
		found = mask_command_find(areas, count, text + *at, bytes - *at);
		if (found == count && *at >= 4 && memcmp(text + *at - 4, "\u279c", 3) == 0)
			break;
	}
	while (found == count && *at != 0 && *at < bytes && words++ < SIGN_WORDS) {	/* an arrow, the folder, a branch */
		while (*at < bytes && text[*at] == ' ')
			++*at;
		while (*at < bytes && text[*at] != ' ')
			++*at;
		found = mask_command_find(areas, count, text + *at, bytes - *at);
	}
	return found;
}

static void
begin(struct mask_stream *s, const struct column_part *part, uint64_t last)
{
	struct mask_outputs *o = s->outputs;
	uint64_t mark = find_mark(o, 'B', first_place(s, part), last + 1), over;
	size_t count = s->rules->output_count, at, found;
	struct output_span *span;

	if (mark != UINT64_MAX) {
		at = behind_mark(s, part, mark);
		found = mask_command_find(s->rules->outputs, count, s->line.text + part->from + at, part->to - part->from - at);
	} else {
		found = find_command(s, part, &at);
	}
	if (found == count)
		return;
	span = &o->spans[o->next++ % OUTPUT_SPANS];
	*span = (struct output_span){ .from = last + 1, .to = UINT64_MAX, .is_marked = mark != UINT64_MAX,
		.entry = (uint32_t)(s->rules->count + s->rules->column_count + found) };
	o->last = span->from;
	o->prompt_bytes = at < OUTPUT_PROMPT ? at : OUTPUT_PROMPT;
	memcpy(o->prompt, s->line.text + part->from, o->prompt_bytes);
	if (!span->is_marked)
		return;
	over = find_mark(o, 'D', span->from, UINT64_MAX);
	over = find_mark(o, 'A', span->from, over) < over ? find_mark(o, 'A', span->from, over) : over;
	if (over != UINT64_MAX)
		end(o, span, over);
}

static const struct output_span *
span_at(const struct mask_outputs *o, uint64_t place)
{
	for (size_t i = 0; place != 0 && i < OUTPUT_SPANS && i < o->next; i++)
		if (o->spans[i].from <= place && place < o->spans[i].to)
			return &o->spans[i];
	return NULL;
}

bool
mask_output_has(const struct mask_stream *s, uint32_t at)
{
	return s->outputs != NULL && s->outputs->next > 0 && span_at(s->outputs, mask_ref_place(s, s->line.refs[at])) != NULL;
}

/* Runs of characters that belong to a span; blanks stay. */
static bool
cover(struct mask_stream *s, const struct column_part *part)
{
	const struct output_span *span = NULL;
	struct mask_hit hit = { .keeps_blanks = true };
	bool is_any = false;

	for (uint32_t i = part->from; i <= part->to; i++) {
		const struct output_span *now = i < part->to && s->line.text[i] != ' ' ? span_at(s->outputs, mask_ref_place(s, s->line.refs[i])) : NULL;

		if (i < part->to && s->line.text[i] == ' ' && span != NULL)
			continue;
		if (now != span && span != NULL) {
			mask_cover(s, &hit, part->is_final);
			is_any = true;
		}
		if (now != span && now != NULL)
			hit.rule = now->entry, hit.start = hit.from = i;
		hit.to = i + 1;
		span = now;
	}
	return is_any;
}

/* It may be the beginning of the prompt: the screen waits a moment. */
static void
wait_for_prompt(struct mask_stream *s, const struct column_part *part)
{
	size_t bytes = part->to - part->from;
	uint64_t place;

	if (bytes > s->outputs->prompt_bytes || memcmp(s->outputs->prompt, s->line.text + part->from, bytes) != 0)
		return;
	place = mask_first_place(s, part->from);
	s->wait = place < s->wait ? place : s->wait;
}

bool
mask_output_line(struct mask_stream *s, const struct column_part *part, bool is_gated)
{
	struct mask_outputs *o = s->outputs;
	struct output_span *span = lasting(o);
	uint64_t last;

	if ((o->next == 0 && !is_gated) || part->from >= part->to)
		return false;
	last = last_place(s, part);
	if (span != NULL && !span->is_marked && last >= span->from && prompt_again(s, part) != 0) {
		end(o, span, first_place(s, part));
		span = NULL;
	}
	if (span != NULL && part->is_open && !span->is_marked)
		wait_for_prompt(s, part);
	if (span != NULL && !span->is_told && grid_place(s->grid) - span->from > OUTPUT_MOST) {
		span->is_told = true;
		s->counts.endless++;
	}
	if (span == NULL && is_gated && !part->is_open && last >= o->last)
		begin(s, part, last);
	return cover(s, part);
}
