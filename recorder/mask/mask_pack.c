/* SPDX-License-Identifier: ISC */
/* Rules as one message. u32 format, hash, columns, outputs, then each rule as bytes; every part in the encoding of lib/wire. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/wire/codec.h"
#include "recorder/mask/mask_rules.h"

#define FORMAT	3
#define NAME	128
#define PATTERN	4096

struct wire_mask_rule {
	char		 *name, *set;
	char		**literals;
	uint32_t	  digits;
	uint32_t	  word;
	char		 *prefix, *pattern, *until;
	uint32_t	  lines;
	bool		  is_caseless, is_off, is_record_only;
	uint32_t	  style, check, line;
};

/* A longer list of columns or rules than WIRE_WORD_COUNT is cut by nobody: they go one at a time, as items. */
struct wire_mask_head {
	uint32_t		format;
	struct wire_bytes	sha256;
	uint32_t		columns, outputs, rules;
};

struct wire_mask_area {
	char		*name, *set;
	uint32_t	 glob;		/* bytes of the name before it */
	uint32_t	 style;
	bool		 is_record_only;
};

/* One of the above, encoded. */
struct wire_mask_item {
	struct wire_bytes	item;
};

/* clang-format off */
static const struct wire_field head_fields[] = {
	WIRE_FIELD(mask_head, U32, format, 0),
	WIRE_FIELD(mask_head, BYTES, sha256, 32),
	WIRE_FIELD(mask_head, U32, columns, 0),
	WIRE_FIELD(mask_head, U32, outputs, 0),
	WIRE_FIELD(mask_head, U32, rules, 0),
	{ NULL, WIRE_END, 0, 0 }
};

static const struct wire_field area_fields[] = {
	WIRE_FIELD(mask_area, TEXT, name, PATTERN + NAME),
	WIRE_FIELD(mask_area, TEXT, set, NAME),
	WIRE_FIELD(mask_area, U32, glob, 0),
	WIRE_FIELD(mask_area, U32, style, 0),
	WIRE_FIELD(mask_area, BOOL, is_record_only, 0),
	{ NULL, WIRE_END, 0, 0 }
};

static const struct wire_field rule_fields[] = {
	WIRE_FIELD(mask_rule, TEXT, name, NAME),
	WIRE_FIELD(mask_rule, TEXT, set, NAME),
	WIRE_FIELD(mask_rule, WORDS, literals, PATTERN),
	WIRE_FIELD(mask_rule, U32, digits, 0),
	WIRE_FIELD(mask_rule, U32, word, 0),
	WIRE_FIELD(mask_rule, TEXT, prefix, PATTERN),
	WIRE_FIELD(mask_rule, TEXT, pattern, PATTERN),
	WIRE_FIELD(mask_rule, TEXT, until, PATTERN),
	WIRE_FIELD(mask_rule, U32, lines, 0),
	WIRE_FIELD(mask_rule, BOOL, is_caseless, 0),
	WIRE_FIELD(mask_rule, BOOL, is_off, 0),
	WIRE_FIELD(mask_rule, BOOL, is_record_only, 0),
	WIRE_FIELD(mask_rule, U32, style, 0),
	WIRE_FIELD(mask_rule, U32, check, 0),
	WIRE_FIELD(mask_rule, U32, line, 0),
	{ NULL, WIRE_END, 0, 0 }
};
/* clang-format on */

/* u32 length and the encoded message. */
static int
put_item(const struct wire_field *fields, const void *message, struct buf *out)
{
	static const struct wire_field item_fields[] = {
		WIRE_FIELD(mask_item, BYTES, item, MASK_RULES_PACKED), { NULL, WIRE_END, 0, 0 }
	};
	AUTO_BUF struct buf part;
	struct wire_mask_item item;
	int r;

	buf_init(&part, MASK_RULES_PACKED);
	r = wire_encode(fields, message, &part);
	if (r < 0)
		return r;
	item.item.count = buf_len(&part);
	item.item.data = part.bytes + part.start;
	return wire_encode(item_fields, &item, out);
}

static int
put_areas(const struct mask_area *areas, size_t count, struct buf *out)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct mask_area *area = &areas[i];
		const struct wire_mask_area message = { .name = area->name, .set = area->set,
			.glob = (uint32_t)(area->glob - area->name), .style = (uint32_t)area->style,
			.is_record_only = area->is_record_only };

		r = put_item(area_fields, &message, out);
	}
	return r;
}

static int
put_rule(const struct mask_rule *rule, struct buf *out)
{
	const struct wire_mask_rule message = {
		.name = rule->name, .set = rule->set, .literals = rule->literals, .digits = rule->digits,
		.word = rule->word,
		.prefix = rule->prefix, .pattern = rule->pattern, .until = rule->until, .lines = rule->lines,
		.is_caseless = rule->is_caseless, .is_off = rule->is_off, .is_record_only = rule->is_record_only,
		.style = (uint32_t)rule->style, .check = (uint32_t)rule->check, .line = rule->line,
	};

	return put_item(rule_fields, &message, out);
}

int
mask_rules_pack(const struct mask_rules *rules, struct buf *out)
{
	uint8_t sha256[sizeof rules->sha256];
	const struct wire_mask_head head = {
		.format = FORMAT, .sha256 = { sha256, sizeof sha256 },
		.columns = (uint32_t)rules->column_count, .outputs = (uint32_t)rules->output_count,
		.rules = (uint32_t)rules->count,
	};
	int r;

	memcpy(sha256, rules->sha256, sizeof sha256);
	r = put_item(head_fields, &head, out);
	if (r == 0)
		r = put_areas(rules->columns, rules->column_count, out);
	if (r == 0)
		r = put_areas(rules->outputs, rules->output_count, out);
	for (size_t i = 0; r == 0 && i < rules->count; i++)
		r = put_rule(&rules->items[i], out);
	return r;
}

/* What is left of a packed set. */
struct packed {
	const uint8_t	*at;
	size_t		 left;
};

static int
get_item(struct packed *in, const struct wire_field *fields, void *message)
{
	uint32_t count;
	int r;

	if (in->left < 4)
		return ERR_MSG_SHORT;
	count = (uint32_t)in->at[0] << 24 | (uint32_t)in->at[1] << 16 | (uint32_t)in->at[2] << 8 | in->at[3];
	if (in->left - 4 < count)
		return ERR_MSG_SHORT;
	r = wire_decode(fields, in->at + 4, count, message);
	if (r < 0) {
		wire_done(fields, message);
		return r;
	}
	in->at += 4 + count;
	in->left -= 4 + count;
	return 0;
}

static int
get_areas(struct packed *in, uint32_t count, struct mask_area **areas, size_t *have)
{
	*areas = own_alloc(((size_t)count + 1) * sizeof **areas);
	for (uint32_t i = 0; i < count; i++) {
		struct wire_mask_area message = { 0 };
		int r = get_item(in, area_fields, &message);

		if (r < 0)
			return r;
		if (message.style > MASK_PSEUDONYM || message.glob >= strlen(message.name)) {
			wire_done(area_fields, &message);
			return ERR_MSG_LENGTH;
		}
		(*areas)[(*have)++] = (struct mask_area){ .name = message.name, .glob = message.name + message.glob,
			.set = message.set, .style = (enum mask_style)message.style, .is_record_only = message.is_record_only };
	}
	return 0;
}

/* "" on the wire stands for none. */
static char *
optional(char *text)
{
	if (text[0] != '\0')
		return text;
	free(text);
	return NULL;
}

static int
get_rule(struct packed *in, struct mask_rule *rule)
{
	struct wire_mask_rule message = { 0 };
	int r = get_item(in, rule_fields, &message);

	if (r < 0)
		return r;
	if (message.style > MASK_PSEUDONYM || message.check > MASK_HOST) {
		wire_done(rule_fields, &message);
		return ERR_MSG_LENGTH;
	}
	*rule = (struct mask_rule){
		.name = message.name, .set = message.set, .literals = message.literals, .digits = message.digits,
		.word = message.word,
		.prefix = optional(message.prefix), .pattern = message.pattern, .until = optional(message.until),
		.lines = message.lines, .is_caseless = message.is_caseless, .is_off = message.is_off,
		.is_record_only = message.is_record_only,
		.style = (enum mask_style)message.style, .check = (enum mask_check)message.check, .line = message.line,
	};
	return 0;
}

static int
get_head(struct packed *in, struct wire_mask_head *head, uint8_t sha256[32])
{
	int r = get_item(in, head_fields, head);

	if (r < 0)
		return r;
	if (head->sha256.count == 32)
		memcpy(sha256, head->sha256.data, 32);
	else
		r = ERR_MSG_LENGTH;
	if (head->format != FORMAT)
		r = ERR_MSG_VERSION;
	if (head->rules > MASK_RULES_MOST || head->columns > MASK_RULES_MOST || head->outputs > MASK_RULES_MOST)
		r = ERR_MSG_LENGTH;
	wire_done(head_fields, head);
	return r;
}

int
mask_rules_unpack(const uint8_t *bytes, size_t count, struct mask_rules **rules)
{
	AUTO_MASK_RULES struct mask_rules *read = own_alloc(sizeof *read);
	struct packed in = { bytes, count };
	struct wire_mask_head head = { 0 };
	int r = get_head(&in, &head, read->sha256);

	if (r < 0)
		return r;
	r = get_areas(&in, head.columns, &read->columns, &read->column_count);
	if (r == 0)
		r = get_areas(&in, head.outputs, &read->outputs, &read->output_count);
	read->items = own_alloc(((size_t)head.rules + 1) * sizeof *read->items);
	for (; r == 0 && read->count < head.rules; read->count += r == 0)
		r = get_rule(&in, &read->items[read->count]);
	if (r == 0 && in.left != 0)
		r = ERR_MSG_LONG;
	if (r < 0)
		return r;
	*rules = TAKE(read, NULL);
	return 0;
}
