/* SPDX-License-Identifier: ISC */
/* Header and envelope of a recording. */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/secret.h"
#include "lib/record/age.h"
#include "lib/record/header.h"
#include "lib/record/layers.h"

#define TEXT_HEAD	"postern key v1\nfile "
#define TEXT_MIDDLE	"\nsegment 0\nck "
#define HEX		64	/* digits of a file id and of a key */
#define TEXT		(sizeof TEXT_HEAD - 1 + HEX + sizeof TEXT_MIDDLE - 1 + HEX + 1)

enum {	/* offsets in the header */
	AT_VERSION = 8,
	AT_FLAGS = 12,
	AT_FILE_ID = 16,
	AT_START = 48,
	AT_COLUMNS = 56,
	AT_ROWS = 58,
	AT_ENVELOPE = 60,
	AT_COMMIT = REC_COMMITTED,
	AT_ZERO = AT_COMMIT + REC_COMMIT
};

static void
commit(const uint8_t bytes[REC_HEADER], const uint8_t ck0[REC_KEY], uint8_t out[REC_COMMIT])
{
	uint8_t key[REC_KEY];

	secret_derive(ck0, "commit", key);
	secret_hmac(key, sizeof key, bytes, REC_COMMITTED, out);
	sodium_memzero(key, sizeof key);
}

void
rec_header_put(const struct rec_header *header, const uint8_t ck0[REC_KEY], uint8_t bytes[REC_HEADER])
{
	memset(bytes, 0, REC_HEADER);
	memcpy(bytes, REC_MAGIC, REC_MAGIC_BYTES);
	rec_put32(bytes + AT_VERSION, REC_VERSION);
	rec_put32(bytes + AT_FLAGS, header->flags);
	memcpy(bytes + AT_FILE_ID, header->file_id, REC_FILE_ID);
	rec_put64(bytes + AT_START, (uint64_t)header->start_wall_us);
	rec_put16(bytes + AT_COLUMNS, header->columns);
	rec_put16(bytes + AT_ROWS, header->rows);
	rec_put32(bytes + AT_ENVELOPE, header->envelope_bytes);
	commit(bytes, ck0, bytes + AT_COMMIT);
}

int
rec_header_get(const uint8_t bytes[REC_HEADER], struct rec_header *header)
{
	if (memcmp(bytes, REC_MAGIC, REC_MAGIC_BYTES) != 0)
		return ERR_REC_FORMAT;
	if (rec_get32(bytes + AT_VERSION) != REC_VERSION)
		return ERR_REC_VERSION;
	header->flags = rec_get32(bytes + AT_FLAGS);
	memcpy(header->file_id, bytes + AT_FILE_ID, REC_FILE_ID);
	header->start_wall_us = (int64_t)rec_get64(bytes + AT_START);
	header->columns = rec_get16(bytes + AT_COLUMNS);
	header->rows = rec_get16(bytes + AT_ROWS);
	header->envelope_bytes = rec_get32(bytes + AT_ENVELOPE);
	if ((header->flags & ~(uint32_t)REC_FLAG_EXTERNAL) != 0 || header->envelope_bytes > REC_ENVELOPE_MOST ||
	    ((header->flags & REC_FLAG_EXTERNAL) != 0) != (header->envelope_bytes == 0) ||
	    !sodium_is_zero(bytes + AT_ZERO, REC_HEADER - AT_ZERO))
		return ERR_REC_DAMAGED;
	return 0;
}

int
rec_header_check(const uint8_t bytes[REC_HEADER], const uint8_t ck0[REC_KEY])
{
	uint8_t want[REC_COMMIT];

	commit(bytes, ck0, want);
	return sodium_memcmp(want, bytes + AT_COMMIT, REC_COMMIT) == 0 ? 0 : ERR_REC_KEY;
}

/* Any one of them opens it. */
static int
seal_to_each(const struct layers_to *to, const char *text, struct buf *out)
{
	struct age_recipient keys[AGE_RECIPIENTS_MOST];
	struct age_to sealing = { .recipients = keys };
	int r;

	for (; to->recipients[sealing.recipient_count] != NULL; sealing.recipient_count++) {
		if (sealing.recipient_count >= AGE_RECIPIENTS_MOST)
			return ERR_KEY;
		r = age_recipient_parse(to->recipients[sealing.recipient_count], &keys[sealing.recipient_count]);
		if (r < 0)
			return r;
	}
	return age_seal(&sealing, text, TEXT, out);
}

int
rec_envelope_seal(const uint8_t file_id[REC_FILE_ID], const uint8_t ck0[REC_KEY], const struct layers_to *to, struct buf *out)
{
	AUTO_SECRET char *text = secret_new(TEXT + 1);
	char *at = text;

	memcpy(at, TEXT_HEAD, sizeof TEXT_HEAD - 1);
	at += sizeof TEXT_HEAD - 1;
	id_hex(file_id, REC_FILE_ID, at);
	at += HEX;
	memcpy(at, TEXT_MIDDLE, sizeof TEXT_MIDDLE - 1);
	at += sizeof TEXT_MIDDLE - 1;
	id_hex(ck0, REC_KEY, at);
	at[HEX] = '\n';
	return to->keys < 2 ? seal_to_each(to, text, out) : layers_seal(to, text, TEXT, out);
}

static int
unhex(const uint8_t *text, uint8_t *bytes)
{
	size_t got;

	if (sodium_hex2bin(bytes, HEX / 2, (const char *)text, HEX, NULL, &got, NULL) != 0 || got != HEX / 2)
		return ERR_ENVELOPE;
	return 0;
}

int
rec_envelope_open(const uint8_t *bytes, size_t count, const struct age_ring *ring, struct rec_envelope *envelope)
{
	struct buf text;
	const uint8_t *at;
	int r;

	if (layers_is(bytes, count))
		return ERR_LAYERS;
	buf_init(&text, REC_ENVELOPE_MOST);
	r = age_open(bytes, count, ring, &text);
	if (r == 0) {
		at = buf_data(&text);
		if (buf_len(&text) != TEXT || memcmp(at, TEXT_HEAD, sizeof TEXT_HEAD - 1) != 0 ||
		    memcmp(at + sizeof TEXT_HEAD - 1 + HEX, TEXT_MIDDLE, sizeof TEXT_MIDDLE - 1) != 0 || at[TEXT - 1] != '\n' ||
		    unhex(at + sizeof TEXT_HEAD - 1, envelope->file_id) < 0 || unhex(at + TEXT - 1 - HEX, envelope->ck0) < 0)
			r = ERR_ENVELOPE;
	}
	buf_wipe(&text);
	return r;
}
