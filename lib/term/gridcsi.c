/* SPDX-License-Identifier: ISC */
/* What each control, escape and control sequence does. A sequence without a row in the tables does nothing. */
#include "config.h"

#include "lib/term/gridstate.h"
#include "lib/term/pen.h"

/* Rows between which relative moves stay, and from which absolute ones count. */
static int
first_row(const struct grid *g)
{
	return g->cursor.is_origin ? g->top : 0;
}

static int
first_col(const struct grid *g)
{
	return g->cursor.is_origin ? g->left : 0;
}

static void
go_inside(struct grid *g, int row, int col)
{
	if (g->cursor.is_origin) {
		row = row > g->bottom ? g->bottom : row < g->top ? g->top : row;
		col = col > g->right ? g->right : col < g->left ? g->left : col;
	}
	grid_go(g, row, col);
}

static void
move_up(struct grid *g, int count)
{
	int least = g->cursor.row >= g->top ? g->top : 0;
	int row = g->cursor.row - count;

	grid_go(g, row < least ? least : row, g->cursor.col);
}

static void
move_down(struct grid *g, int count)
{
	int most = g->cursor.row <= g->bottom ? g->bottom : g->rows - 1;
	int row = g->cursor.row + count;

	grid_go(g, row > most ? most : row, g->cursor.col);
}

static void
move_right(struct grid *g, int count)
{
	int most = g->cursor.col <= g->right ? g->right : g->cols - 1;
	int col = g->cursor.col + count;

	grid_go(g, g->cursor.row, col > most ? most : col);
}

static void
move_left(struct grid *g, int count)
{
	int least = g->cursor.col >= g->left ? g->left : 0;
	int col = g->cursor.col - count;

	grid_go(g, g->cursor.row, col < least ? least : col);
}

static void
carriage_return(struct grid *g)
{
	grid_go(g, g->cursor.row, g->cursor.col >= g->left || g->cursor.is_origin ? g->left : 0);
}

static void
csi_ich(struct grid *g, const struct parser_csi *csi)
{
	if (!grid_in_sides(g))
		return;
	g->cursor.is_pending = false;
	grid_shift(g, g->cursor.row, g->cursor.col, -parser_count(csi, 0));
}

static void
csi_dch(struct grid *g, const struct parser_csi *csi)
{
	if (!grid_in_sides(g))
		return;
	g->cursor.is_pending = false;
	grid_shift(g, g->cursor.row, g->cursor.col, parser_count(csi, 0));
}

static void
csi_cuu(struct grid *g, const struct parser_csi *csi)
{
	move_up(g, parser_count(csi, 0));
}

static void
csi_cud(struct grid *g, const struct parser_csi *csi)
{
	move_down(g, parser_count(csi, 0));
}

static void
csi_cuf(struct grid *g, const struct parser_csi *csi)
{
	move_right(g, parser_count(csi, 0));
}

static void
csi_cub(struct grid *g, const struct parser_csi *csi)
{
	move_left(g, parser_count(csi, 0));
}

static void
csi_cnl(struct grid *g, const struct parser_csi *csi)
{
	move_down(g, parser_count(csi, 0));
	carriage_return(g);
}

static void
csi_cpl(struct grid *g, const struct parser_csi *csi)
{
	move_up(g, parser_count(csi, 0));
	carriage_return(g);
}

static void
csi_cha(struct grid *g, const struct parser_csi *csi)
{
	go_inside(g, g->cursor.row, first_col(g) + parser_count(csi, 0) - 1);
}

static void
csi_cup(struct grid *g, const struct parser_csi *csi)
{
	go_inside(g, first_row(g) + parser_count(csi, 0) - 1, first_col(g) + parser_count(csi, 1) - 1);
}

static void
csi_vpa(struct grid *g, const struct parser_csi *csi)
{
	go_inside(g, first_row(g) + parser_count(csi, 0) - 1, g->cursor.col);
}

static void
csi_hpr(struct grid *g, const struct parser_csi *csi)
{
	go_inside(g, g->cursor.row, g->cursor.col + parser_count(csi, 0));
}

static void
csi_vpr(struct grid *g, const struct parser_csi *csi)
{
	go_inside(g, g->cursor.row + parser_count(csi, 0), g->cursor.col);
}

static void
csi_cht(struct grid *g, const struct parser_csi *csi)
{
	grid_tab(g, parser_count(csi, 0));
}

static void
csi_cbt(struct grid *g, const struct parser_csi *csi)
{
	grid_tab(g, -parser_count(csi, 0));
}

/* DECSED spares protected cells; nothing else in this file does. */
static void
blank_selected(struct grid *g, int row, int from, int to, bool is_selective)
{
	grid_look_before_erase(g, row, from, to);
	if (!is_selective) {
		grid_blank(g, row, from, to);
		return;
	}
	for (int col = from; col < to; col++)
		if ((g->row[row].cells[col].pen & PEN_PROTECTED) == 0)
			grid_blank(g, row, col, col + 1);
}

static void
csi_el(struct grid *g, const struct parser_csi *csi)
{
	int kind = parser_value(csi, 0, 0);
	int col = g->cursor.col;

	if (kind > 2)
		return;
	g->cursor.is_pending = false;
	blank_selected(g, g->cursor.row, kind == 0 ? col : 0, kind == 1 ? col + 1 : g->cols, csi->prefix == '?');
}

static void
csi_ed(struct grid *g, const struct parser_csi *csi)
{
	int kind = parser_value(csi, 0, 0);
	int from = kind == 0 ? g->cursor.row + 1 : 0;
	int to = kind == 1 ? g->cursor.row : g->rows;

	if (kind > 2)	/* 3 clears what has scrolled away: there is none */
		return;
	if (kind != 2)
		csi_el(g, csi);
	g->cursor.is_pending = false;
	for (int row = from; row < to; row++)
		blank_selected(g, row, 0, g->cols, csi->prefix == '?');
}

static void
csi_ech(struct grid *g, const struct parser_csi *csi)
{
	int to = g->cursor.col + parser_count(csi, 0);

	g->cursor.is_pending = false;
	grid_look_before_erase(g, g->cursor.row, g->cursor.col, to > g->cols ? g->cols : to);
	grid_blank(g, g->cursor.row, g->cursor.col, to > g->cols ? g->cols : to);
}

static bool
in_margins(const struct grid *g)
{
	return grid_in_sides(g) && g->cursor.row >= g->top && g->cursor.row <= g->bottom;
}

static void
csi_il(struct grid *g, const struct parser_csi *csi)
{
	if (!in_margins(g))
		return;
	grid_scroll(g, g->cursor.row, -parser_count(csi, 0));
	grid_go(g, g->cursor.row, g->left);
}

static void
csi_dl(struct grid *g, const struct parser_csi *csi)
{
	if (!in_margins(g))
		return;
	grid_scroll(g, g->cursor.row, parser_count(csi, 0));
	grid_go(g, g->cursor.row, g->left);
}

static void
csi_su(struct grid *g, const struct parser_csi *csi)
{
	grid_scroll(g, g->top, parser_count(csi, 0));
}

static void
csi_sd(struct grid *g, const struct parser_csi *csi)
{
	if (csi->count <= 1)	/* with more it is about the mouse */
		grid_scroll(g, g->top, -parser_count(csi, 0));
}

/* Columns between the margins, from the cursor's on, to the right (below 0: to the left). */
static void
shift_columns(struct grid *g, int col, int count)
{
	g->moves++;
	for (int row = g->top; row <= g->bottom; row++)
		grid_shift(g, row, col, -count);
}

static void
csi_decic(struct grid *g, const struct parser_csi *csi)
{
	if (in_margins(g))
		shift_columns(g, g->cursor.col, parser_count(csi, 0));
}

static void
csi_decdc(struct grid *g, const struct parser_csi *csi)
{
	if (in_margins(g))
		shift_columns(g, g->cursor.col, -parser_count(csi, 0));
}

static void
csi_sl(struct grid *g, const struct parser_csi *csi)
{
	shift_columns(g, g->left, -parser_count(csi, 0));
}

static void
csi_sr(struct grid *g, const struct parser_csi *csi)
{
	shift_columns(g, g->left, parser_count(csi, 0));
}

static void
csi_rep(struct grid *g, const struct parser_csi *csi)
{
	grid_put_again(g, parser_count(csi, 0));
}

static void
csi_tbc(struct grid *g, const struct parser_csi *csi)
{
	int kind = parser_value(csi, 0, 0);

	if (kind == 0)
		g->tabs[g->cursor.col / 64] &= ~(UINT64_C(1) << (g->cursor.col % 64));
	for (int i = 0; kind == 3 && i < GRID_TABS; i++)
		g->tabs[i] = 0;
}

static void
csi_set(struct grid *g, const struct parser_csi *csi)
{
	grid_set_mode(g, csi, true);
}

static void
csi_reset(struct grid *g, const struct parser_csi *csi)
{
	grid_set_mode(g, csi, false);
}

static void
csi_keep(struct grid *g, const struct parser_csi *csi)
{
	grid_keep_modes(g, csi, false);
}

static void
csi_bring_back(struct grid *g, const struct parser_csi *csi)
{
	grid_keep_modes(g, csi, true);
}

static void
csi_sgr(struct grid *g, const struct parser_csi *csi)
{
	g->cursor.pen = pen_sgr(g->cursor.pen, csi);
}

static void
csi_other_keys(struct grid *g, const struct parser_csi *csi)
{
	if (csi->count == 0 || parser_value(csi, 0, 0) == 4)
		g->other_keys = (uint8_t)(parser_value(csi, 1, 0) & 3);
}

static void
csi_push_keys(struct grid *g, const struct parser_csi *csi)
{
	(void)csi;
	if (g->screens[g->shown].key_levels < UINT8_MAX)
		g->screens[g->shown].key_levels++;
}

static void
csi_pop_keys(struct grid *g, const struct parser_csi *csi)
{
	int left = g->screens[g->shown].key_levels - parser_count(csi, 0);

	g->screens[g->shown].key_levels = (uint8_t)(left < 0 ? 0 : left);
}

static void
csi_decstr(struct grid *g, const struct parser_csi *csi)
{
	(void)csi;
	grid_reset(g, false);
}

static void
csi_decscusr(struct grid *g, const struct parser_csi *csi)
{
	int shape = parser_value(csi, 0, 0);

	g->cursor_shape = (uint8_t)(shape > 6 ? 0 : shape);
}

static void
csi_decsca(struct grid *g, const struct parser_csi *csi)
{
	g->cursor.pen &= ~PEN_PROTECTED;
	if (parser_value(csi, 0, 0) == 1)
		g->cursor.pen |= PEN_PROTECTED;
}

static void
csi_decstbm(struct grid *g, const struct parser_csi *csi)
{
	int top = parser_count(csi, 0) - 1;
	int bottom = parser_value(csi, 1, 0) - 1;

	if (bottom < 0 || bottom >= g->rows)
		bottom = g->rows - 1;
	if (top >= bottom)
		return;
	g->top = (uint16_t)top;
	g->bottom = (uint16_t)bottom;
	grid_go(g, first_row(g), first_col(g));
}

/* DECSLRM while side margins are allowed, else SCOSC. */
static void
csi_sides(struct grid *g, const struct parser_csi *csi)
{
	int left = parser_count(csi, 0) - 1;
	int right = parser_value(csi, 1, 0) - 1;

	if ((g->modes & GRID_SIDES) == 0) {
		grid_save_cursor(g);
		return;
	}
	if (right < 0 || right >= g->cols)
		right = g->cols - 1;
	if (left >= right)
		return;
	g->left = (uint16_t)left;
	g->right = (uint16_t)right;
	grid_go(g, first_row(g), first_col(g));
}

static void
csi_scorc(struct grid *g, const struct parser_csi *csi)
{
	(void)csi;
	grid_restore_cursor(g);
}

typedef void csi_function(struct grid *g, const struct parser_csi *csi);

/* clang-format off */
/* Without prefix and intermediate byte, by final byte. */
static csi_function *const plain[0x80] = {
	['@'] = csi_ich,  ['A'] = csi_cuu, ['B'] = csi_cud, ['C'] = csi_cuf, ['D'] = csi_cub, ['E'] = csi_cnl,
	['F'] = csi_cpl,  ['G'] = csi_cha, ['H'] = csi_cup, ['I'] = csi_cht, ['J'] = csi_ed,  ['K'] = csi_el,
	['L'] = csi_il,   ['M'] = csi_dl,  ['P'] = csi_dch, ['S'] = csi_su,  ['T'] = csi_sd,  ['X'] = csi_ech,
	['Z'] = csi_cbt,  ['`'] = csi_cha, ['a'] = csi_hpr, ['b'] = csi_rep, ['d'] = csi_vpa, ['e'] = csi_vpr,
	['f'] = csi_cup,  ['g'] = csi_tbc, ['h'] = csi_set, ['l'] = csi_reset, ['m'] = csi_sgr,
	['r'] = csi_decstbm, ['s'] = csi_sides, ['u'] = csi_scorc,
};

static const struct {
	char		 prefix, inter, final;
	csi_function	*function;
} others[] = {
	{ '?', 0, 'h', csi_set },	{ '?', 0, 'l', csi_reset },	{ '?', 0, 's', csi_keep },
	{ '?', 0, 'r', csi_bring_back },{ '?', 0, 'J', csi_ed },	{ '?', 0, 'K', csi_el },
	{ '>', 0, 'm', csi_other_keys },{ '>', 0, 'u', csi_push_keys },	{ '<', 0, 'u', csi_pop_keys },
	{ 0, '!', 'p', csi_decstr },	{ 0, ' ', 'q', csi_decscusr },	{ 0, '"', 'q', csi_decsca },
	{ 0, '\'', '}', csi_decic },	{ 0, '\'', '~', csi_decdc },	{ 0, ' ', '@', csi_sl },
	{ 0, ' ', 'A', csi_sr },
};
/* clang-format on */

void
grid_do_csi(struct grid *g, const struct parser_csi *csi)
{
	uint16_t row = g->cursor.row;

	if (csi->prefix == 0 && csi->inter == 0) {
		if (plain[csi->final & 0x7f] != NULL)
			plain[csi->final & 0x7f](g, csi);
		g->jumps += g->cursor.row != row;
		return;
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (others[i].prefix == csi->prefix && others[i].inter == csi->inter && others[i].final == csi->final) {
			others[i].function(g, csi);
			return;
		}
	}
}

/* DECALN: the whole screen full of E. */
static void
fill(struct grid *g)
{
	struct grid_cell cell = { .glyph = 'E', .origin = (uint32_t)g->place - 1 };	/* its final byte */

	grid_look(g, 0, g->rows - 1);
	grid_reset_margins(g);
	grid_go(g, 0, 0);
	for (int row = 0; row < g->rows; row++) {
		for (int col = 0; col < g->cols; col++)
			g->row[row].cells[col] = cell;
		g->row[row].used = g->cols;
		g->row[row].is_wrapped = false;
	}
}

void
grid_do_escape(struct grid *g, char inter, uint8_t byte)
{
	if (inter == '#' && byte == '8')
		fill(g);
	if (charset_take(&g->cursor.charset, inter, byte) || inter != 0)
		return;
	switch (byte) {
	case '7':
		grid_save_cursor(g);
		break;
	case '8':
		grid_restore_cursor(g);
		break;
	case '=': case '>':
		g->modes = byte == '=' ? g->modes | GRID_KEYPAD : g->modes & ~(uint32_t)GRID_KEYPAD;
		break;
	case 'D':
		grid_line_feed(g);
		break;
	case 'E':
		grid_line_feed(g);
		carriage_return(g);
		break;
	case 'H':
		g->tabs[g->cursor.col / 64] |= UINT64_C(1) << (g->cursor.col % 64);
		break;
	case 'M':
		grid_reverse_feed(g);
		g->jumps++;
		break;
	case 'c':
		grid_reset(g, true);
		break;
	}
}

static void
back_space(struct grid *g)
{
	bool can_wrap = (g->modes & GRID_BACK_WRAP) != 0 && (g->modes & GRID_WRAP) != 0;

	if (g->cursor.col > 0 && g->cursor.col != g->left)
		grid_go(g, g->cursor.row, g->cursor.col - 1);
	else if (can_wrap && g->cursor.row > g->top)
		grid_go(g, g->cursor.row - 1, g->right);
}

void
grid_do_control(struct grid *g, uint8_t byte)
{
	switch (byte) {
	case '\b':
		back_space(g);
		break;
	case '\t':
		grid_tab(g, 1);
		break;
	case '\n': case '\v': case '\f':
		grid_line_feed(g);
		if ((g->modes & GRID_NEWLINE) != 0)
			carriage_return(g);
		break;
	case '\r':
		carriage_return(g);
		break;
	default:
		charset_take(&g->cursor.charset, 0, byte);
		break;
	}
}
