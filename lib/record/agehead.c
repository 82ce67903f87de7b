/* SPDX-License-Identifier: ISC */
/* Reading the header of an age file, strictly: what the specification does not allow is refused. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/record/agehead.h"

#define COLUMNS		64	/* of base64 in a full line */
#define ARGS_MOST	16

struct text {
	const char	*at;
	size_t		 count;
};

/* One stanza as parsed: its words and the beginning of its body. */
struct stanza {
	struct text	arg[ARGS_MOST];
	size_t		arg_count;
	uint8_t		body[AGE_WRAPPED];
	size_t		body_bytes;	/* may be more than was kept */
};

bool
age_is_sealed(const uint8_t *file, size_t count)
{
	return count >= sizeof AGE_VERSION - 1 && memcmp(file, AGE_VERSION, sizeof AGE_VERSION - 1) == 0;
}

/*
 * Takes a line, without its end, from the front. Bytes outside ASCII are refused here: libsodium 1.0.18 takes '/' with
 * the top bit set for a '/' in base64, which would give a header two spellings.
 */
static int
take_line(struct text *rest, struct text *line)
{
	const char *end = memchr(rest->at, '\n', rest->count);

	if (end == NULL)
		return ERR_ENVELOPE;
	line->at = rest->at;
	line->count = (size_t)(end - rest->at);
	rest->at = end + 1;
	rest->count -= line->count + 1;
	for (size_t i = 0; i < line->count; i++) {
		if (line->at[i] < 32 || line->at[i] > 126)
			return ERR_ENVELOPE;
	}
	return 0;
}

/* Exactly `size` bytes in canonical base64 without padding. */
static int
decode(struct text text, uint8_t *bytes, size_t size)
{
	size_t got;

	if (sodium_base642bin(bytes, size, text.at, text.count, NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0 ||
	    got != size)
		return ERR_ENVELOPE;
	return 0;
}

static bool
is(struct text text, const char *word)
{
	return text.count == strlen(word) && memcmp(text.at, word, text.count) == 0;
}

/* Words of visible characters with one space between them. */
static int
parse_args(struct text line, struct stanza *stanza)
{
	struct text word = { line.at, 0 };

	stanza->arg_count = 0;
	for (size_t i = 0; i <= line.count; i++) {
		if (i < line.count && line.at[i] != ' ') {
			word.count++;
			continue;
		}
		if (word.count == 0)
			return ERR_ENVELOPE;
		if (stanza->arg_count < ARGS_MOST)
			stanza->arg[stanza->arg_count] = word;
		stanza->arg_count++;
		word = (struct text){ line.at + i + 1, 0 };
	}
	return 0;
}

/* Full lines of 64 columns, then a shorter one, which may be empty. */
static int
parse_body(struct text *rest, struct stanza *stanza)
{
	uint8_t bytes[COLUMNS / 4 * 3];
	struct text line = { NULL, COLUMNS };
	size_t got;

	stanza->body_bytes = 0;
	while (line.count == COLUMNS) {
		if (take_line(rest, &line) < 0 || line.count > COLUMNS ||
		    sodium_base642bin(bytes, sizeof bytes, line.at, line.count, NULL, &got, NULL,
		    sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
			return ERR_ENVELOPE;
		if (stanza->body_bytes == 0)
			memcpy(stanza->body, bytes, got < AGE_WRAPPED ? got : AGE_WRAPPED);
		stanza->body_bytes += got;
	}
	return 0;
}

static int
keep_x25519(const struct stanza *stanza, struct age_head *head)
{
	size_t i = head->x25519_count;

	if (stanza->arg_count != 2 || stanza->body_bytes != AGE_WRAPPED || i >= AGE_RECIPIENTS_MOST)
		return ERR_ENVELOPE;
	if (decode(stanza->arg[1], head->x25519[i].share, AGE_KEY) < 0)
		return ERR_ENVELOPE;
	memcpy(head->x25519[i].body, stanza->body, AGE_WRAPPED);
	head->x25519_count++;
	return 0;
}

static int
keep_scrypt(const struct stanza *stanza, struct age_head *head)
{
	struct text work;

	if (stanza->arg_count != 3 || stanza->body_bytes != AGE_WRAPPED || head->has_scrypt)
		return ERR_ENVELOPE;
	if (decode(stanza->arg[1], head->salt, sizeof head->salt) < 0)
		return ERR_ENVELOPE;
	work = stanza->arg[2];
	if (work.count < 1 || work.count > 2 || work.at[0] == '0')
		return ERR_ENVELOPE;
	head->log_n = 0;
	for (size_t i = 0; i < work.count; i++) {
		if (work.at[i] < '0' || work.at[i] > '9')
			return ERR_ENVELOPE;
		head->log_n = head->log_n * 10 + (work.at[i] - '0');
	}
	if (head->log_n > AGE_SCRYPT_MOST)
		return ERR_ENVELOPE;
	memcpy(head->scrypt_body, stanza->body, AGE_WRAPPED);
	head->has_scrypt = true;
	return 0;
}

static int
parse_stanza(struct text line, struct text *rest, struct age_head *head)
{
	struct stanza stanza;

	if (line.count < 3 || memcmp(line.at, "-> ", 3) != 0)
		return ERR_ENVELOPE;
	line.at += 3;
	line.count -= 3;
	if (parse_args(line, &stanza) < 0 || parse_body(rest, &stanza) < 0)
		return ERR_ENVELOPE;
	head->stanza_count++;
	if (is(stanza.arg[0], "X25519"))
		return keep_x25519(&stanza, head);
	if (is(stanza.arg[0], "scrypt"))
		return keep_scrypt(&stanza, head);
	return 0;
}

int
age_head_parse(const uint8_t *file, size_t count, struct age_head *head)
{
	struct text rest = { (const char *)file, count };
	struct text line;

	memset(head, 0, sizeof *head);
	if (!age_is_sealed(file, count) || take_line(&rest, &line) < 0)
		return ERR_ENVELOPE;
	for (;;) {
		if (take_line(&rest, &line) < 0)
			return ERR_ENVELOPE;
		if (line.count >= 3 && memcmp(line.at, "---", 3) == 0)
			break;
		if (parse_stanza(line, &rest, head) < 0)
			return ERR_ENVELOPE;
	}
	head->mac_bytes = (size_t)(line.at - (const char *)file) + 3;
	head->bytes = (size_t)(rest.at - (const char *)file);
	if (line.count < 4 || line.at[3] != ' ')
		return ERR_ENVELOPE;
	line.at += 4;
	line.count -= 4;
	if (decode(line, head->mac, sizeof head->mac) < 0)
		return ERR_ENVELOPE;
	/* A passphrase stands alone: otherwise whoever knows it could not be sure that nobody else can read the file. */
	if (head->stanza_count == 0 || (head->has_scrypt && head->stanza_count != 1))
		return ERR_ENVELOPE;
	return 0;
}
