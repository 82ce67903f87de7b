/* SPDX-License-Identifier: ISC */
/* Colours, modes, titles and erasures leave no trace; moves and controls end a line. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/parser.h"
#include "recorder/mask/mask_plain.h"

#define NO_TEXT	'\032'	/* stands for a byte that is no character, and may not be touched: it may have ended a sequence */

static void
add(struct mask_plain *plain, char byte, size_t at)
{
	plain->bytes[plain->count] = byte;
	plain->at[plain->count++] = (uint32_t)at;
}

/* A character whose last byte is before `end`. */
static void
add_character(struct mask_plain *plain, const uint8_t *bytes, size_t end, size_t length)
{
	uint32_t character;

	if (length > end || text_decode(bytes + end - length, length, &character) != (int)length) {
		add(plain, NO_TEXT, end - 1);
		return;
	}
	for (size_t i = end - length; i < end; i++)
		add(plain, (char)bytes[i], i);
}

/* Or takes what stands before it: EL 1 and 2, and ED. */
static bool
goes_elsewhere(const struct parser_csi *csi)
{
	int value = parser_value(csi, 0, 0);

	if (csi->prefix == '?')
		return (csi->final == 'h' || csi->final == 'l') && (value == 47 || value == 1047 || value == 1049);
	return strchr("ABCDEFGHIJZ`adefjk", csi->final) != NULL || (csi->final == 'K' && value > 0);
}

void
mask_plain_take(struct mask_plain *plain, const uint8_t *bytes, size_t count)
{
	const uint8_t *at = bytes, *end = bytes + count;
	enum parser_event event;
	struct parser parser;

	plain->bytes = own_alloc(count + 1);
	plain->at = own_alloc((count + 1) * sizeof *plain->at);
	parser_init(&parser);
	while ((event = parser_next(&parser, &at, end)) != PARSER_END) {
		if (event == PARSER_TEXT)
			for (size_t i = 0; i < parser.text_count; i++)
				add(plain, (char)parser.text[i], (size_t)(parser.text + i - bytes));
		else if (event == PARSER_CHAR)
			add_character(plain, bytes, (size_t)(at - bytes), parser.character_bytes);
		else if ((event == PARSER_CONTROL && parser.byte >= '\b' && parser.byte <= '\r') ||
		    (event == PARSER_CSI && goes_elsewhere(&parser.csi)))
			add(plain, '\n', (size_t)(at - bytes) - 1);
	}
}

void
mask_plain_done(struct mask_plain *plain)
{
	if (plain->bytes != NULL)
		sodium_memzero(plain->bytes, plain->count);
	free(plain->bytes);
	free(plain->at);
	*plain = (struct mask_plain){ 0 };
}
