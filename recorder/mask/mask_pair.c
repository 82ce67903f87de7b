/* SPDX-License-Identifier: ISC */
/*
 * Pairing of keys with their echo. A program's echo is looked for where it must be: left of the cursor stand the characters of keys
 * in the order in which they were typed, written since then, and left of these what stood left of the cursor when the first of
 * them was typed. Whatever else is printed meanwhile has to agree with all of this to be taken for an echo.
 */
#include "config.h"

#include "lib/term/grid.h"
#include "recorder/mask/mask_keys.h"

#define LEFT_MOST	8	/* characters left of the cursor that tell where it was */
#define WALK_MOST	192	/* cells looked at: more than a piece of output can hold */
#define KEYS_TRIED	96	/* first waiting keys that an echo may end with: likewise */
#define STEPS		1024
#define PIECE		64u

/* The cells left of the cursor, from right to left, as far as somebody has asked for. */
struct walk {
	const struct grid	*grid;
	int			 row, col;	/* the next cell is left of this one */
	bool			 is_over;
	size_t			 count;
	struct seen {
		uint32_t	character, origin;
		bool		is_blank;	/* erased, not written */
	}			 cells[WALK_MOST];
};

static void
walk_begin(struct walk *walk, const struct grid *grid)
{
	walk->grid = grid;
	grid_cursor(grid, &walk->row, &walk->col);
	if (grid_wraps_next(grid))
		walk->col++;
	walk->is_over = false;
	walk->count = 0;
}

static bool
walk_on(struct walk *walk)
{
	uint32_t chars[GRID_CHARS] = { ' ' };
	const struct grid_cell *cell;
	struct seen *seen = &walk->cells[walk->count];

	do {
		if (walk->col == 0) {
			if (walk->row == 0 || !grid_row_wrapped(walk->grid, walk->row - 1))
				return false;
			walk->row--;
			walk->col = grid_cols(walk->grid);
		}
		cell = grid_cell(walk->grid, walk->row, --walk->col);
	} while (cell != NULL && grid_cell_width(cell) == 0 && walk->col > 0);
	if (cell == NULL)
		return false;
	seen->is_blank = grid_cell_chars(walk->grid, cell, chars) == 0;
	seen->character = seen->is_blank ? ' ' : chars[0];
	seen->origin = cell->origin;
	walk->count++;
	return true;
}

/* The nth cell left of the cursor; NULL where the line begins. */
static const struct seen *
walk_cell(struct walk *walk, size_t n)
{
	while (!walk->is_over && walk->count <= n)
		walk->is_over = walk->count == WALK_MOST || !walk_on(walk);
	return n < walk->count ? &walk->cells[n] : NULL;
}

/* FNV-1a of some characters left of the nth cell. */
static uint32_t
left_of(struct walk *walk, size_t n)
{
	uint32_t hash = UINT32_C(2166136261);
	const struct seen *cell;

	for (size_t i = 0; i < LEFT_MOST && (cell = walk_cell(walk, n + i)) != NULL; i++)
		hash = (hash ^ cell->character) * UINT32_C(16777619);
	return hash;
}

uint32_t
mask_pair_left(const struct grid *grid)
{
	struct walk walk;

	walk_begin(&walk, grid);
	return left_of(&walk, 0);
}

static bool
is_echo(const struct mask_input *in, const struct key *key, const struct seen *cell)
{
	uint64_t place = grid_place(in->params.grid), since = place - key->place;

	if (cell->character != key->character)
		return false;
	if (key->state == KEY_ECHOED || cell->is_blank)
		return true;
	return since > INT32_MAX || (uint32_t)place - cell->origin <= since;
}

/* Keys whose characters stand left of the cursor, from right to left. */
struct run {
	size_t	keys[WALK_MOST];
	size_t	count;
};

static bool
takes_back(const struct key *key)
{
	return key->kind == KEY_CONTROL && (key->character == KEY_BACK || key->character == KEY_DELETE);
}

/* As many as there are that end with `last`. What was typed and taken back stands nowhere. */
static void
find_run(struct mask_input *in, struct walk *walk, size_t last, struct run *run)
{
	size_t back = 0;

	run->count = 0;
	for (size_t i = last + 1; i > in->first; i--) {
		const struct key *key = &in->keys[i - 1];
		const struct seen *cell;

		if (takes_back(key)) {
			back++;
			continue;
		}
		if (key->kind != KEY_CHAR || (back == 0 && key->state == KEY_HIDDEN))
			return;
		if (back > 0) {
			back--;
			continue;
		}
		cell = walk_cell(walk, run->count);
		if (cell == NULL || !is_echo(in, key, cell))
			return;
		run->keys[run->count++] = i - 1;
	}
}

/* Of keys of one line between which nothing was shown, the first is echoed first. */
static bool
is_in_turn(const struct mask_input *in, size_t i)
{
	size_t before = i;

	while (before > in->first && in->keys[before - 1].kind == KEY_CONTROL)
		before--;
	if (before == in->first || in->keys[before - 1].kind != KEY_CHAR)
		return true;
	return in->keys[before - 1].state != KEY_WAITING || in->keys[before - 1].place != in->keys[i].place;
}

static bool
begins_line(const struct mask_input *in, size_t i)
{
	return i == in->first || in->keys[i - 1].kind == KEY_END;
}

/*
 * In front of a key, which is the nth cell, stands what stood there when it was typed. If it begins a line it may have been typed
 * before the prompt came: then there is one that was there before, or nothing.
 */
static bool
is_at_home(const struct mask_input *in, struct walk *walk, size_t i, size_t n)
{
	uint32_t left = left_of(walk, n);

	if (left == in->keys[i].left)
		return true;
	if (!begins_line(in, i))
		return false;
	for (size_t p = 0; p < in->prompt_count && p < KEYS_PROMPTS; p++)
		if (left == in->prompts[p])
			return true;
	return in->keys[i].is_ahead && walk_cell(walk, n) == NULL;
}

static void
keep_prompt(struct mask_input *in, uint32_t left)
{
	for (size_t p = 0; p < in->prompt_count && p < KEYS_PROMPTS; p++)
		if (left == in->prompts[p])
			return;
	in->prompts[in->prompt_count++ % KEYS_PROMPTS] = left;
}

/* The run begins with the first key that is at home. */
static void
cut_run(const struct mask_input *in, struct walk *walk, struct run *run)
{
	for (size_t tries = LEFT_MOST; run->count > 0 && tries > 0; run->count--, tries--)
		if (is_in_turn(in, run->keys[run->count - 1]) && is_at_home(in, walk, run->keys[run->count - 1], run->count))
			return;
	run->count = 0;
}

/* Keys in an earlier line, or before others that were echoed, are not echoed any more. */
static void
give_up(struct mask_input *in, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (in->keys[i].state == KEY_WAITING && in->keys[i].tty == MASK_TTY_RAW)
			keys_set(in, i, KEY_HIDDEN);
}

static bool
skips(const struct mask_input *in, size_t to)
{
	for (size_t i = in->waiting; i < to; i++)
		if (in->keys[i].state == KEY_WAITING)
			return true;
	return false;
}

void
mask_pair_screen(struct mask_input *in)
{
	struct run run, best = { .count = 0 };
	size_t tried = 0;
	struct walk walk;

	walk_begin(&walk, in->params.grid);
	for (size_t last = in->waiting; last < in->count && last < in->waiting + STEPS && tried < KEYS_TRIED; last++) {
		if (in->keys[last].state != KEY_WAITING || in->keys[last].tty != MASK_TTY_RAW)
			continue;
		tried++;
		find_run(in, &walk, last, &run);
		cut_run(in, &walk, &run);
		if (run.count > best.count)
			best = run;
	}
	/* One character that leaves others behind may be anything. */
	if (best.count == 0 || (best.count == 1 && skips(in, best.keys[0])))
		return;
	for (size_t i = 0; i < best.count; i++)
		keys_set(in, best.keys[i], KEY_ECHOED);
	if (begins_line(in, best.keys[best.count - 1]))
		keep_prompt(in, left_of(&walk, best.count));
	give_up(in, in->waiting, best.keys[0]);
}

/* The key whose echo by the driver comes next; NULL: none. */
static const struct key *
next_driven(struct mask_input *in)
{
	if (in->echo_at < in->waiting) {
		in->echo_at = in->waiting;
		in->echo_bytes = 0;
	}
	for (; in->echo_at < in->count; in->echo_at++, in->echo_bytes = 0)
		if (in->keys[in->echo_at].state == KEY_WAITING && in->keys[in->echo_at].tty == MASK_TTY_ECHO)
			return &in->keys[in->echo_at];
	return NULL;
}

/* The driver echoes in order, with the output of programs in between. */
void
mask_pair_driver(struct mask_input *in, const uint8_t *bytes, size_t count)
{
	const struct key *key = next_driven(in);
	uint8_t wanted[4];

	for (size_t i = 0; i < count && key != NULL; i++) {
		size_t size = key_bytes(key, wanted);

		if (bytes[i] != wanted[in->echo_bytes])
			continue;
		if (++in->echo_bytes < size)
			continue;
		keys_set(in, in->echo_at, KEY_ECHOED);
		key = next_driven(in);
	}
}

size_t
mask_input_piece(const struct mask_input *in, const uint8_t *bytes, size_t count)
{
	size_t most = count < PIECE ? count : PIECE, i = 0;

	if (in->open == 0)
		return count;
	while (i < most && (bytes[i] == '\r' || bytes[i] == '\n'))
		i++;
	if (i > 0)
		return i;
	for (i = 1; i < most && bytes[i] != '\r' && bytes[i] != '\n' && (bytes[i] != '\b' || bytes[i - 1] == '\b');)
		i++;
	return i;
}
