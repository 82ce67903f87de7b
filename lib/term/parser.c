/* SPDX-License-Identifier: ISC */
/* The state machine: one function a state, each takes one byte and may give an event. */
#include "config.h"

#include "lib/term/parser.h"

enum state { GROUND, ESCAPE, ESCAPE_INTER, CSI_START, CSI_VALUES, CSI_INTER, STRING_OSC, STRING_OTHER, STATE_COUNT };

#define BEL	0x07
#define CAN	0x18
#define SUB	0x1a
#define ESC	0x1b
#define DEL	0x7f

void
parser_init(struct parser *parser)
{
	*parser = (struct parser){ .state = GROUND };
}

bool
parser_is_inside(const struct parser *parser)
{
	return parser->state != GROUND || parser->need > 0;
}

bool
parser_in_string(const struct parser *parser)
{
	return parser->state == STRING_OSC || parser->state == STRING_OTHER;
}

int
parser_value(const struct parser_csi *csi, unsigned index, int missing)
{
	return index < csi->count && csi->value[index] >= 0 ? csi->value[index] : missing;
}

int
parser_count(const struct parser_csi *csi, unsigned index)
{
	int value = parser_value(csi, index, 1);

	return value > 0 ? value : 1;
}

static void
start_escape(struct parser *p)
{
	p->state = ESCAPE;
	p->is_broken = false;
	p->csi.count = 0;
	p->csi.colons = 0;
	p->csi.prefix = p->csi.inter = p->csi.final = 0;
}

static void
start_string(struct parser *p, enum state state)
{
	p->state = state;
	p->string_count = 0;
	p->string_bytes = 0;
}

static void
take_inter(struct parser *p, uint8_t byte)
{
	if (p->csi.inter != 0)
		p->is_broken = true;	/* none of the sequences that matter has two */
	p->csi.inter = (char)byte;
}

static enum parser_event
in_escape(struct parser *p, uint8_t byte)
{
	if (byte < 0x30) {
		take_inter(p, byte);
		p->state = ESCAPE_INTER;
		return PARSER_END;
	}
	p->state = GROUND;
	if (p->csi.inter == 0) {
		switch (byte) {
		case '[':
			p->state = CSI_START;
			return PARSER_END;
		case ']':
			start_string(p, STRING_OSC);
			return PARSER_END;
		case 'P': case 'X': case '^': case '_': case 'k':
			start_string(p, STRING_OTHER);
			return PARSER_END;
		}
	}
	p->byte = byte;
	return p->is_broken ? PARSER_END : PARSER_ESC;
}

static enum parser_event
end_csi(struct parser *p, uint8_t byte)
{
	p->state = GROUND;
	p->csi.final = (char)byte;
	return p->is_broken ? PARSER_END : PARSER_CSI;
}

/* As many digits as stand there, at least one. */
static const uint8_t *
take_digits(struct parser *p, const uint8_t *at, const uint8_t *end)
{
	int16_t none = 0, *place = &none;
	int value;

	if (p->csi.count == 0)
		p->csi.value[p->csi.count++] = -1;
	if (p->csi.count <= PARSER_VALUES)
		place = &p->csi.value[p->csi.count - 1u];
	value = *place < 0 ? 0 : *place;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		value = value * 10 + *at - '0' > PARSER_MOST ? PARSER_MOST : value * 10 + *at - '0';
	*place = (int16_t)value;
	return at;
}

static void
take_separator(struct parser *p, uint8_t byte)
{
	if (p->csi.count == 0)
		p->csi.value[p->csi.count++] = -1;
	if (p->csi.count >= PARSER_VALUES) {
		p->csi.count = PARSER_VALUES + 1;	/* full: what follows has no place */
		return;
	}
	if (byte == ':')
		p->csi.colons |= UINT32_C(1) << p->csi.count;
	p->csi.value[p->csi.count++] = -1;
}

/* The values of a sequence in one stroke: colours are written with many of them. */
static const uint8_t *
take_values(struct parser *p, const uint8_t *at, const uint8_t *end)
{
	while (at < end && *at >= '0' && *at <= ';') {
		if (*at <= '9')
			at = take_digits(p, at, end);
		else
			take_separator(p, *at++);
	}
	return at;
}

static enum parser_event
in_csi(struct parser *p, uint8_t byte)
{
	if (byte >= 0x40) {
		if (p->csi.count > PARSER_VALUES)
			p->csi.count = PARSER_VALUES;
		return end_csi(p, byte);
	}
	if (byte < 0x30) {
		take_inter(p, byte);
		p->state = CSI_INTER;
	} else if (p->state == CSI_INTER) {
		p->is_broken = true;
	} else if (byte <= '9') {
		(void)take_digits(p, &byte, &byte + 1);
		p->state = CSI_VALUES;
	} else if (byte <= ';') {
		take_separator(p, byte);
		p->state = CSI_VALUES;
	} else if (p->state == CSI_START) {
		p->csi.prefix = (char)byte;
		p->state = CSI_VALUES;
	} else {
		p->is_broken = true;
	}
	return PARSER_END;
}

/* Bytes of a string up to its end; the terminating ESC starts the `ESC \` that is then an escape without effect. */
static enum parser_event
in_string(struct parser *p, uint8_t byte)
{
	bool is_osc = p->state == STRING_OSC;

	if (byte == CAN || byte == SUB) {
		p->state = GROUND;
		return PARSER_STRING;
	}
	if (byte == ESC) {
		start_escape(p);
		return is_osc ? PARSER_OSC : PARSER_STRING;
	}
	if (byte == BEL && is_osc) {
		p->state = GROUND;
		return PARSER_OSC;
	}
	p->string_bytes++;
	if (is_osc && byte >= 0x20 && p->string_count < PARSER_KEPT)
		p->string[p->string_count++] = (char)byte;
	return PARSER_END;
}

/* One byte outside of the ground state. */
static enum parser_event
in_sequence(struct parser *p, uint8_t byte)
{
	if (p->state == STRING_OSC || p->state == STRING_OTHER)
		return in_string(p, byte);
	if (byte == ESC) {
		start_escape(p);
		return PARSER_END;
	}
	if (byte == CAN || byte == SUB) {
		p->state = GROUND;
		return PARSER_END;
	}
	if (byte < 0x20) {
		p->byte = byte;
		return PARSER_CONTROL;
	}
	if (byte == DEL)
		return PARSER_END;
	return p->state == ESCAPE || p->state == ESCAPE_INTER ? in_escape(p, byte) : in_csi(p, byte);
}

static enum parser_event
bad_character(struct parser *p)
{
	p->need = 0;
	p->character = 0xfffd;
	return PARSER_CHAR;
}

/* The first byte of a character of more than one byte; the bounds exclude long forms, surrogates and > U+10FFFF. */
static enum parser_event
start_character(struct parser *p, uint8_t byte, bool is_break)
{
	p->character_bytes = 1;
	p->has_broken = is_break;
	p->low = 0x80;
	p->high = 0xbf;
	if (byte < 0xc2 || byte > 0xf4)
		return bad_character(p);
	p->need = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
	p->character = byte & (0x3fu >> p->need);
	if (byte == 0xe0)
		p->low = 0xa0;
	else if (byte == 0xed)
		p->high = 0x9f;
	else if (byte == 0xf0)
		p->low = 0x90;
	else if (byte == 0xf4)
		p->high = 0x8f;
	return PARSER_END;
}

/* C1 controls in UTF-8 are dropped: terminals disagree whether they are controls, and none needs them. */
static enum parser_event
go_on_character(struct parser *p, uint8_t byte)
{
	p->character = p->character << 6 | (byte & 0x3fu);
	p->character_bytes++;
	p->low = 0x80;
	p->high = 0xbf;
	if (--p->need > 0 || p->character < 0xa0)
		return PARSER_END;
	return PARSER_CHAR;
}

static const uint8_t *
text_end(const uint8_t *at, const uint8_t *end)
{
	while (at < end && *at >= 0x20 && *at < DEL)
		at++;
	return at;
}

static enum parser_event
in_ground(struct parser *p, uint8_t byte, bool is_break)
{
	if (byte >= 0x80)
		return start_character(p, byte, is_break);
	if (byte == ESC)
		start_escape(p);
	if (byte >= 0x20 || byte == ESC || byte == CAN || byte == SUB)
		return PARSER_END;	/* DEL, CAN and SUB do nothing here; text was taken before */
	p->byte = byte;
	return PARSER_CONTROL;
}

/* One byte of anything but plain text. *at is left where it was if the byte only ended a broken character. */
static enum parser_event
take_byte(struct parser *p, const uint8_t **at)
{
	uint8_t byte = **at;
	bool is_break;

	if (p->need > 0) {
		if (byte < p->low || byte > p->high)
			return bad_character(p);
		(*at)++;
		return go_on_character(p, byte);
	}
	is_break = p->state != GROUND && byte >= 0x80 && p->state != STRING_OSC && p->state != STRING_OTHER;
	if (is_break)
		p->state = GROUND;	/* such a byte is no part of a sequence: it is text, and shown */
	(*at)++;
	return p->state == GROUND ? in_ground(p, byte, is_break) : in_sequence(p, byte);
}

enum parser_event
parser_next(struct parser *parser, const uint8_t **at, const uint8_t *end)
{
	enum parser_event event = PARSER_END;

	while (*at < end && event == PARSER_END) {
		if (parser->state == GROUND && parser->need == 0 && **at >= 0x20 && **at < DEL) {
			parser->text = *at;
			*at = text_end(*at, end);
			parser->text_count = (size_t)(*at - parser->text);
			return PARSER_TEXT;
		}
		if (parser->state == CSI_VALUES)
			*at = take_values(parser, *at, end);
		if (*at < end)
			event = take_byte(parser, at);
	}
	return event;
}
