/* SPDX-License-Identifier: ISC */
/* SGR, read and written. */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/term/parser.h"
#include "lib/term/pen.h"

#define UNDERLINES	(UINT64_C(7) << PEN_UNDERLINE)

/* What one SGR value does to the attributes: first these bits go, then those come. */
struct change {
	uint64_t	off, on;
};

/* clang-format off */
static const struct change changes[] = {
	[1]  = { 0, PEN_BOLD },			[2]  = { 0, PEN_DIM },
	[3]  = { 0, PEN_ITALIC },		[4]  = { UNDERLINES, UINT64_C(1) << PEN_UNDERLINE },
	[5]  = { 0, PEN_BLINK },		[6]  = { 0, PEN_BLINK },
	[7]  = { 0, PEN_REVERSE },		[8]  = { 0, PEN_HIDDEN },
	[9]  = { 0, PEN_STRIKE },		[21] = { UNDERLINES, UINT64_C(2) << PEN_UNDERLINE },
	[22] = { PEN_BOLD | PEN_DIM, 0 },	[23] = { PEN_ITALIC, 0 },
	[24] = { UNDERLINES, 0 },		[25] = { PEN_BLINK, 0 },
	[27] = { PEN_REVERSE, 0 },		[28] = { PEN_HIDDEN, 0 },
	[29] = { PEN_STRIKE, 0 },		[53] = { 0, PEN_OVERLINE },
	[55] = { PEN_OVERLINE, 0 },
};
/* clang-format on */

uint64_t
pen_with_fg(uint64_t pen, uint32_t colour)
{
	return (pen & ~UINT64_C(0x3ffffff)) | colour;
}

uint64_t
pen_with_bg(uint64_t pen, uint32_t colour)
{
	return (pen & ~(UINT64_C(0x3ffffff) << 26)) | (uint64_t)colour << 26;
}

uint64_t
pen_erased(uint64_t pen)
{
	return pen & (UINT64_C(0x3ffffff) << 26);
}

static uint32_t
colour_of(const int value[], unsigned count, bool is_rgb)
{
	if (!is_rgb)
		return count >= 1 && value[0] <= 255 ? PEN_INDEXED | (uint32_t)value[0] : PEN_DEFAULT;
	if (count < 3 || value[0] > 255 || value[1] > 255 || value[2] > 255)
		return PEN_DEFAULT;
	return PEN_RGB | (uint32_t)value[0] << 16 | (uint32_t)value[1] << 8 | (uint32_t)value[2];
}

/*
 * The values behind a 38, 48 or 58 at `at`: `5;N`, `2;R;G;B`, or with colons `5:N`, `2:R:G:B` and `2:SPACE:R:G:B`.
 * Returns how many values belong to it; *colour is only set if they are complete.
 */
static unsigned
take_colour(const struct parser_csi *csi, unsigned at, uint32_t *colour)
{
	int kind = parser_value(csi, at + 1, 0);
	bool has_colons = at + 1 < csi->count && (csi->colons >> (at + 1) & 1) != 0;
	unsigned need = kind == 2 ? 3 : kind == 5 ? 1 : 0;
	unsigned left = csi->count - at > 2 ? csi->count - at - 2 : 0;
	unsigned skip = 0;
	int value[3];

	if (has_colons) {
		for (left = 0; at + 2 + left < csi->count && (csi->colons >> (at + 2 + left) & 1) != 0;)
			left++;
		skip = kind == 2 && left > 3 ? 1 : 0;
	}
	for (unsigned i = 0; i < need; i++)
		value[i] = parser_value(csi, at + 2 + skip + i, 0);
	if (need > 0 && left >= need + skip)
		*colour = colour_of(value, need, kind == 2);
	if (has_colons)
		return 1 + left;
	return left < need ? left + 1 : need + 1;
}

static uint64_t
apply_plain(uint64_t pen, int value)
{
	if (value == 0)
		return pen & PEN_PROTECTED;
	if (value < (int)(sizeof changes / sizeof changes[0]) && (changes[value].on | changes[value].off) != 0)
		return (pen & ~changes[value].off) | changes[value].on;
	if (value >= 30 && value <= 37)
		return pen_with_fg(pen, PEN_INDEXED | (uint32_t)(value - 30));
	if (value >= 40 && value <= 47)
		return pen_with_bg(pen, PEN_INDEXED | (uint32_t)(value - 40));
	if (value >= 90 && value <= 97)
		return pen_with_fg(pen, PEN_INDEXED | (uint32_t)(value - 90 + 8));
	if (value >= 100 && value <= 107)
		return pen_with_bg(pen, PEN_INDEXED | (uint32_t)(value - 100 + 8));
	if (value == 39)
		return pen_with_fg(pen, PEN_DEFAULT);
	return value == 49 ? pen_with_bg(pen, PEN_DEFAULT) : pen;
}

/* `4:N`, the styles of underline. */
static uint64_t
apply_underline(uint64_t pen, int style)
{
	if (style < 0 || style > 5)
		return pen;
	return (pen & ~UNDERLINES) | (uint64_t)style << PEN_UNDERLINE;
}

uint64_t
pen_sgr(uint64_t pen, const struct parser_csi *csi)
{
	if (csi->count == 0)
		return apply_plain(pen, 0);
	for (unsigned i = 0; i < csi->count; i++) {
		int value = parser_value(csi, i, 0);
		uint32_t colour = value == 48 ? pen_bg(pen) : pen_fg(pen);

		if (value == 38 || value == 48 || value == 58) {
			i += take_colour(csi, i, &colour);
			if (value != 58)	/* the underline's own colour is not kept */
				pen = value == 38 ? pen_with_fg(pen, colour) : pen_with_bg(pen, colour);
			continue;
		}
		if (i + 1 < csi->count && (csi->colons >> (i + 1) & 1) != 0) {
			if (value == 4)
				pen = apply_underline(pen, parser_value(csi, i + 1, 1));
			while (i + 1 < csi->count && (csi->colons >> (i + 1) & 1) != 0)
				i++;
			continue;
		}
		pen = apply_plain(pen, value);
	}
	return pen;
}

static int
write_colour(struct buf *out, uint32_t colour, unsigned base, const char *before)
{
	unsigned value = colour & 0xffffff;

	switch (colour & PEN_KIND) {
	case PEN_INDEXED:
		if (value < 8)
			return buf_addf(out, "%s%u", before, base + value);
		if (value < 16)
			return buf_addf(out, "%s%u", before, base + 60 + value - 8);
		return buf_addf(out, "%s%u;5;%u", before, base + 8, value & 0xff);
	case PEN_RGB:
		return buf_addf(out, "%s%u;2;%u;%u;%u", before, base + 8, value >> 16, value >> 8 & 0xff, value & 0xff);
	default:
		return 0;
	}
}

int
pen_write(struct buf *out, uint64_t pen)
{
	static const struct {
		uint64_t	bit;
		const char	*text;
	} attributes[] = {
		{ PEN_BOLD, ";1" }, { PEN_DIM, ";2" }, { PEN_ITALIC, ";3" }, { PEN_BLINK, ";5" },
		{ PEN_REVERSE, ";7" }, { PEN_HIDDEN, ";8" }, { PEN_STRIKE, ";9" }, { PEN_OVERLINE, ";53" },
	};
	int r = buf_add_text(out, "\033[0");

	for (size_t i = 0; r == 0 && i < sizeof attributes / sizeof attributes[0]; i++)
		if ((pen & attributes[i].bit) != 0)
			r = buf_add_text(out, attributes[i].text);
	if (r == 0)
		r = write_colour(out, pen_fg(pen), 30, ";");
	if (r == 0)	/* two colours of five values and all attributes would be more than 16 values */
		r = write_colour(out, pen_bg(pen), 40, (pen_bg(pen) & PEN_KIND) == PEN_RGB ? "m\033[" : ";");
	if (r == 0)
		r = buf_add_text(out, "m");
	if (r == 0 && pen_underline(pen) == 1)
		r = buf_add_text(out, "\033[4m");
	else if (r == 0 && pen_underline(pen) > 1)
		r = buf_addf(out, "\033[4:%um", pen_underline(pen));
	return r;
}
