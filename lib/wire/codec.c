/* SPDX-License-Identifier: ISC */
/* The one encoder and decoder of all messages, driven by the tables of fields. */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/codec.h"

/* What is left of a message that is being read. */
struct cursor {
	const uint8_t	*at;
	size_t		 left;
};

static int
put_u32(struct buf *out, uint32_t value)
{
	uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

	return buf_add(out, bytes, sizeof bytes);
}

static int
put_i64(struct buf *out, int64_t value)
{
	uint64_t bits = (uint64_t)value;
	int r = put_u32(out, (uint32_t)(bits >> 32));

	return r < 0 ? r : put_u32(out, (uint32_t)bits);
}

static int
put_string(struct buf *out, const void *bytes, size_t count, uint32_t most)
{
	int r;

	if (count > most)
		return ERR_MSG_LENGTH;
	r = put_u32(out, (uint32_t)count);
	return r < 0 ? r : buf_add(out, bytes, count);
}

static int
put_text(struct buf *out, const char *text, uint32_t most)
{
	if (text == NULL)
		text = "";
	if (!text_is_clean(text, strlen(text)))
		return ERR_MSG_TEXT;
	return put_string(out, text, strlen(text), most);
}

static int
put_words(struct buf *out, char *const *words, uint32_t most)
{
	uint32_t count = 0;
	int r;

	while (words != NULL && words[count] != NULL)
		count++;
	if (count > WIRE_WORD_COUNT)
		return ERR_MSG_LENGTH;
	r = put_u32(out, count);
	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = put_string(out, words[i], strlen(words[i]), most);
	return r;
}

static int
put_field(const struct wire_field *field, const uint8_t *at, struct buf *out)
{
	const struct wire_bytes *bytes = (const void *)at;

	switch (field->type) {
	case WIRE_BOOL:
		return buf_add(out, *(const bool *)at ? "\1" : "\0", 1);
	case WIRE_U32:
		return put_u32(out, *(const uint32_t *)(const void *)at);
	case WIRE_I64:
		return put_i64(out, *(const int64_t *)(const void *)at);
	case WIRE_ID:
		return buf_add(out, at, ID_BYTES);
	case WIRE_TEXT:
		return put_text(out, *(char *const *)(const void *)at, field->most);
	case WIRE_BYTES:
		return put_string(out, bytes->data, bytes->count, field->most);
	case WIRE_WORDS:
		return put_words(out, *(char **const *)(const void *)at, field->most);
	case WIRE_END:
		break;
	}
	return ERR_MSG_UNKNOWN;
}

int
wire_encode(const struct wire_field *fields, const void *message, struct buf *out)
{
	int r = 0;

	for (const struct wire_field *f = fields; r == 0 && f->type != WIRE_END; f++)
		r = put_field(f, (const uint8_t *)message + f->offset, out);
	return r;
}

static int
get_bytes(struct cursor *in, size_t count, const uint8_t **bytes)
{
	if (in->left < count)
		return ERR_MSG_SHORT;
	*bytes = in->at;
	in->at += count;
	in->left -= count;
	return 0;
}

static int
get_u32(struct cursor *in, uint32_t *value)
{
	const uint8_t *b;
	int r = get_bytes(in, 4, &b);

	if (r == 0)
		*value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return r;
}

static int
get_i64(struct cursor *in, int64_t *value)
{
	uint32_t high;
	uint32_t low;
	int r = get_u32(in, &high);

	if (r == 0)
		r = get_u32(in, &low);
	if (r == 0)
		*value = (int64_t)((uint64_t)high << 32 | low);
	return r;
}

static int
get_bool(struct cursor *in, bool *value)
{
	const uint8_t *b;
	int r = get_bytes(in, 1, &b);

	if (r == 0 && *b > 1)
		return ERR_MSG_LENGTH;
	if (r == 0)
		*value = *b == 1;
	return r;
}

/* A string as a new NUL-terminated copy. */
static int
get_string(struct cursor *in, uint32_t most, char **copy, size_t *count)
{
	const uint8_t *bytes;
	uint32_t length;
	int r = get_u32(in, &length);

	if (r == 0 && length > most)
		return ERR_MSG_LENGTH;
	if (r == 0)
		r = get_bytes(in, length, &bytes);
	if (r < 0)
		return r;
	*copy = own_alloc((size_t)length + 1);
	memcpy(*copy, bytes, length);
	*count = length;
	return 0;
}

static int
get_text(struct cursor *in, uint32_t most, char **text)
{
	size_t count;
	int r = get_string(in, most, text, &count);

	if (r == 0 && !text_is_clean(*text, count))
		return ERR_MSG_TEXT;
	return r;
}

static int
get_words(struct cursor *in, uint32_t most, char ***words)
{
	uint32_t count;
	size_t length;
	int r = get_u32(in, &count);

	if (r == 0 && count > WIRE_WORD_COUNT)
		return ERR_MSG_LENGTH;
	if (r < 0)
		return r;
	*words = own_alloc(((size_t)count + 1) * sizeof **words);
	for (uint32_t i = 0; i < count; i++) {
		r = get_string(in, most, &(*words)[i], &length);
		if (r == 0 && strlen((*words)[i]) != length)
			r = ERR_MSG_TEXT;
		if (r < 0)
			return r;
	}
	return 0;
}

static int
get_field(const struct wire_field *field, struct cursor *in, uint8_t *at)
{
	struct wire_bytes *bytes = (void *)at;
	const uint8_t *id;
	char *copy = NULL;
	int r;

	switch (field->type) {
	case WIRE_BOOL:
		return get_bool(in, (bool *)at);
	case WIRE_U32:
		return get_u32(in, (uint32_t *)(void *)at);
	case WIRE_I64:
		return get_i64(in, (int64_t *)(void *)at);
	case WIRE_ID:
		r = get_bytes(in, ID_BYTES, &id);
		if (r == 0)
			memcpy(at, id, ID_BYTES);
		return r;
	case WIRE_TEXT:
		return get_text(in, field->most, (char **)(void *)at);
	case WIRE_BYTES:
		r = get_string(in, field->most, &copy, &bytes->count);
		bytes->data = (uint8_t *)copy;
		return r;
	case WIRE_WORDS:
		return get_words(in, field->most, (char ***)(void *)at);
	case WIRE_END:
		break;
	}
	return ERR_MSG_UNKNOWN;
}

int
wire_decode(const struct wire_field *fields, const uint8_t *bytes, size_t count, void *message)
{
	struct cursor in = { bytes, count };
	int r;

	for (const struct wire_field *f = fields; f->type != WIRE_END; f++) {
		r = get_field(f, &in, (uint8_t *)message + f->offset);
		if (r < 0)
			return r;
	}
	return in.left == 0 ? 0 : ERR_MSG_LONG;
}

void
wire_done(const struct wire_field *fields, void *message)
{
	for (const struct wire_field *f = fields; f->type != WIRE_END; f++) {
		void *at = (uint8_t *)message + f->offset;

		if (f->type == WIRE_TEXT) {
			free(*(char **)at);
			*(char **)at = NULL;
		} else if (f->type == WIRE_BYTES) {
			free(((struct wire_bytes *)at)->data);
			*(struct wire_bytes *)at = (struct wire_bytes){ 0 };
		} else if (f->type == WIRE_WORDS && *(char ***)at != NULL) {
			for (char **word = *(char ***)at; *word != NULL; word++)
				free(*word);
			free(*(char ***)at);
			*(char ***)at = NULL;
		}
	}
}
