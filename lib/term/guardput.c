/* SPDX-License-Identifier: ISC */
/* Characters on their way to libvterm: its table of widths is older than ours, and both must show the same. */
#include "config.h"

#include "lib/base/text.h"
#include "lib/term/guardstate.h"
#include "lib/term/width.h"

/* Columns that libvterm's own table gives a character. */
static int
measure(struct guard *g, uint32_t character)
{
	struct measured *known = &g->widths[character % GUARD_WIDTHS];
	uint8_t bytes[8] = "\ra";
	VTermPos pos;

	if (known->character == character)
		return known->width;
	if (g->ruler == NULL) {
		g->ruler = vterm_new(1, 20);
		vterm_set_utf8(g->ruler, 1);
		vterm_state_reset(vterm_obtain_state(g->ruler), 1);
	}
	vterm_input_write(g->ruler, (const char *)bytes, 2 + (size_t)text_encode(character, bytes + 2));
	vterm_state_get_cursorpos(vterm_obtain_state(g->ruler), &pos);
	known->character = character;
	known->width = (int8_t)(pos.col - 1);
	return known->width;
}

/*
 * Characters that are wide here but narrow in libvterm (most of the newer emoji) travel as unassigned ones of plane 3,
 * which it takes for wide; guard_cell() turns them back.
 */
static uint32_t
disguise(uint32_t character)
{
	if (character >= 0x2000 && character < 0x3000)
		return character + 0x38000;
	if (character >= 0x17000 && character < 0x20000)
		return character + 0x20000;
	return 0xfffd;
}

uint32_t
guard_undisguise(uint32_t character)
{
	if (character >= 0x3a000 && character < 0x3b000)
		return character - 0x38000;
	if (character >= 0x37000 && character < 0x40000)
		return character - 0x20000;
	return character;
}

static void
send_char(struct guard *g, uint32_t character)
{
	uint8_t bytes[5] = { 0 };

	bytes[text_encode(character, bytes)] = '\0';
	guard_send(g, (const char *)bytes);
	g->can_join = true;
}

/* At the right edge libvterm may wait to wrap, and would then put a joining character into a cell of its own. */
static void
join(struct guard *g, uint32_t character)
{
	if (!g->can_join || measure(g, character) != 0)
		return;
	if (buf_len(&g->out) == 0 && guard_position(g).col >= g->cols - 1)
		return;
	send_char(g, character);
}

void
guard_put_char(struct guard *g, uint32_t character)
{
	int width = width_of(character);

	if (character >= 0x80 && width == 0) {
		join(g, character);
		return;
	}
	g->last = character;
	if (width == 2 && g->cols == 1)
		character = 0xfffd;
	else if (character >= 0x300 && measure(g, character) != width)
		character = width == 2 ? disguise(character) : 0xfffd;
	if (width == 2 && character == 0xfffd && g->cols > 1)
		send_char(g, character);	/* two columns all the same */
	send_char(g, character);
}

void
guard_put_text(struct guard *g, const uint8_t *text, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t character = charset_is_plain(&g->charset) ? text[i] : charset_map(&g->charset, text[i]);

		if (character >= 0x80) {
			guard_put_char(g, character);
			continue;
		}
		if (buf_len(&g->out) >= GUARD_PIECE)
			guard_flush(g);
		(void)buf_add(&g->out, &text[i], 1);
		g->last = character;
	}
	g->can_join = true;
}

