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

/* The keys that end with `last` and whose characters stand left of the cursor: the first of them; last + 1 if there are none. */
static size_t
first_shown(struct mask_input *in, struct walk *walk, size_t last)
{
	size_t i = last + 1, n = 0;

	while (i > in->first) {
		const struct key *key = &in->keys[i - 1];
		const struct seen *cell = key->kind == KEY_CHAR && key->state != KEY_HIDDEN ? walk_cell(walk, n) : NULL;

		if (cell == NULL || !is_echo(in, key, cell))
			break;
		i--;
		n++;
	}
	return i;
}

/* In front of key i, which is the nth cell, stands what stood there when it was typed; or nothing, if it begins a line typed ahead. */
static bool
is_at_home(const struct mask_input *in, struct walk *walk, size_t i, size_t n)
{
	if (left_of(walk, n) == in->keys[i].left)
		return true;
	return in->keys[i].is_ahead && (i == in->first || in->keys[i - 1].kind == KEY_END) && walk_cell(walk, n) == NULL;
}

/* The first of keys [from, last] that is at home; last + 1 if there is none. */
static size_t
first_at_home(struct mask_input *in, struct walk *walk, size_t from, size_t last)
{
	size_t tries = LEFT_MOST;

	for (size_t i = from; i <= last && tries > 0; i++, tries--)
		if (is_at_home(in, walk, i, last + 1 - i))
			return i;
	return last + 1;
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
	size_t best = 0, best_last = 0, tried = 0;
	struct walk walk;

	walk_begin(&walk, in->params.grid);
	for (size_t last = in->waiting; last < in->count && last < in->waiting + STEPS && tried < KEYS_TRIED; last++) {
		size_t from;

		if (in->keys[last].state != KEY_WAITING || in->keys[last].tty != MASK_TTY_RAW)
			continue;
		tried++;
		from = first_shown(in, &walk, last);
		if (from > last)
			continue;
		from = first_at_home(in, &walk, from, last);
		if (last + 1 - from > best) {
			best = last + 1 - from;
			best_last = last;
		}
	}
	/* One character that leaves others behind may be anything. */
	if (best == 0 || (best == 1 && skips(in, best_last)))
		return;
	give_up(in, in->waiting, best_last + 1 - best);
	for (size_t i = best_last + 1 - best; i <= best_last; i++)
		keys_set(in, i, KEY_ECHOED);
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
	while (i < most && bytes[i] != '\r' && bytes[i] != '\n')
		i++;
	return i;
}
