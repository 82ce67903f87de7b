/* SPDX-License-Identifier: ISC */
/* How a character is drawn: colours and attributes of SGR in 64 bits. 0 is the terminal's default. */
#ifndef POSTERN_LIB_TERM_PEN_H
#define POSTERN_LIB_TERM_PEN_H

#include <stdint.h>

struct buf;
struct parser_csi;

/* A colour: 26 bits, kind and value. */
#define PEN_DEFAULT	UINT32_C(0)
#define PEN_INDEXED	(UINT32_C(1) << 24)	/* | 0 to 255 */
#define PEN_RGB		(UINT32_C(2) << 24)	/* | red << 16 | green << 8 | blue */
#define PEN_KIND	(UINT32_C(3) << 24)

#define PEN_BOLD	(UINT64_C(1) << 52)
#define PEN_DIM		(UINT64_C(1) << 53)
#define PEN_ITALIC	(UINT64_C(1) << 54)
#define PEN_BLINK	(UINT64_C(1) << 55)
#define PEN_REVERSE	(UINT64_C(1) << 56)
#define PEN_HIDDEN	(UINT64_C(1) << 57)
#define PEN_STRIKE	(UINT64_C(1) << 58)
#define PEN_OVERLINE	(UINT64_C(1) << 59)
#define PEN_PROTECTED	(UINT64_C(1) << 60)	/* DECSCA; not touched by SGR */
#define PEN_UNDERLINE	61			/* shift of 3 bits: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed */

static inline uint32_t
pen_fg(uint64_t pen)
{
	return (uint32_t)(pen & 0x3ffffff);
}

static inline uint32_t
pen_bg(uint64_t pen)
{
	return (uint32_t)(pen >> 26 & 0x3ffffff);
}

static inline unsigned
pen_underline(uint64_t pen)
{
	return (unsigned)(pen >> PEN_UNDERLINE);
}

uint64_t	pen_with_fg(uint64_t pen, uint32_t colour);
uint64_t	pen_with_bg(uint64_t pen, uint32_t colour);

/* What erasing leaves behind: the background alone. */
uint64_t	pen_erased(uint64_t pen);

/* The pen after an SGR sequence (`CSI ... m`, no prefix). */
uint64_t	pen_sgr(uint64_t pen, const struct parser_csi *csi);

/* SGR sequences (at most 16 values in each) that set exactly this pen from any other. 0 or ERR_BUF_FULL. */
int		pen_write(struct buf *out, uint64_t pen);

#endif
