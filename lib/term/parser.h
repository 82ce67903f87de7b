/* SPDX-License-Identifier: ISC */
/*
 * Terminal bytes as a row of events (ECMA-48 with the DEC states, UTF-8). It never allocates, takes any bytes, and
 * spends a bounded effort on each. Strings (OSC, DCS, APC, PM, SOS, ESC k) are never text; only an OSC's beginning is kept.
 */
#ifndef POSTERN_LIB_TERM_PARSER_H
#define POSTERN_LIB_TERM_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARSER_VALUES	32	/* parameters and subparameters of one CSI; later ones are dropped */
#define PARSER_MOST	9999	/* largest value; greater ones become this */
#define PARSER_KEPT	256	/* bytes of an OSC that are kept */

enum parser_event {
	PARSER_END,	/* all bytes taken */
	PARSER_TEXT,	/* text, text_count: printable ASCII inside the caller's bytes */
	PARSER_CHAR,	/* character: anything else that prints; U+FFFD for bytes that are no UTF-8 */
	PARSER_CONTROL,	/* byte: a C0 control (never ESC, CAN or SUB) */
	PARSER_ESC,	/* byte: the final one; csi.inter: the one before it or 0 */
	PARSER_CSI,	/* csi */
	PARSER_OSC,	/* string, string_count, string_bytes */
	PARSER_STRING	/* string_bytes: another string (DCS, APC, PM, SOS, ESC k, or an OSC that was cancelled) is over */
};

/* A control sequence. Those with two intermediate bytes are swallowed. */
struct parser_csi {
	int16_t		value[PARSER_VALUES];	/* -1 if left out */
	uint32_t	colons;			/* bit i: value i is a subparameter of the one before it */
	uint8_t		count;			/* 0 or more */
	char		prefix;			/* '?', '>', '<', '=' or 0 */
	char		inter;			/* ' ' to '/' or 0 */
	char		final;
};

struct parser {
	/* What parser_next() found; valid until its next call. */
	const uint8_t		*text;
	size_t			 text_count;
	uint32_t		 character;
	unsigned		 character_bytes;	/* it was made of; those before the last write included */
	bool			 has_broken;		/* character: its first byte ended a sequence that was not finished */
	uint8_t			 byte;
	struct parser_csi	 csi;
	char			 string[PARSER_KEPT];
	size_t			 string_count;
	uint64_t		 string_bytes;		/* all between its introducer and its end */

	/* Its own. `state` and `need` stand apart: read as one word right after a byte was written, they would stall the processor. */
	unsigned		 state;
	bool			 is_broken;	/* the sequence is one we cannot read: swallow it */
	uint8_t			 low, high;	/* bounds of the next continuation byte */
	unsigned		 need;		/* so many are still to come */
};

void			 parser_init(struct parser *parser);

/* The next event of the bytes from *at to end; advances *at over it. */
enum parser_event	 parser_next(struct parser *parser, const uint8_t **at, const uint8_t *end);

/* True inside an escape sequence, a string or a UTF-8 character: foreign bytes would break it. */
bool			 parser_is_inside(const struct parser *parser);

/* True inside a string; string_bytes of it have come. */
bool			 parser_in_string(const struct parser *parser);

/* Value `index` of a CSI, or `missing` if it was left out. */
int			 parser_value(const struct parser_csi *csi, unsigned index, int missing);

/* The same for counts, where 0 means 1. */
int			 parser_count(const struct parser_csi *csi, unsigned index);

#endif
