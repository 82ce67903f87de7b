/* SPDX-License-Identifier: ISC */
/* Receipts of erased key slots. */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/proof/receipt.h"

#define B64	sodium_base64_VARIANT_ORIGINAL

static int
print(const struct receipt *receipt, char text[RECEIPT_TEXT])
{
	char envelope[2 * sizeof receipt->envelope + 1] = "-", root[sodium_base64_ENCODED_LEN(TREE_HASH, B64)];
	int count;

	if (receipt->log[strcspn(receipt->log, "\n ")] != '\0')
		return ERR_NOTE;
	if (receipt->has_envelope)
		sodium_bin2hex(envelope, sizeof envelope, receipt->envelope, sizeof receipt->envelope);
	sodium_bin2base64(root, sizeof root, receipt->head.root, TREE_HASH, B64);
	count = snprintf(text, RECEIPT_TEXT, "postern slot receipt v1\nlog %s\nslot %" PRIu32 "\nenvelope %s\nhead %" PRIu64 " %s\ncopy %s\ntime %" PRId64 "\n",
	    receipt->log, receipt->slot, envelope, receipt->head.size, root, receipt->had_copy ? "erased" : "none", receipt->time_s);
	return count > 0 && count < RECEIPT_TEXT ? 0 : ERR_NOTE;
}

int
receipt_sign(const struct receipt *receipt, const struct note_key *key, const uint8_t secret[NOTE_SECRET], struct buf *out)
{
	char text[RECEIPT_TEXT];
	int r = print(receipt, text);

	if (r == 0)
		r = buf_addf(out, "%s\n", text);
	return r < 0 ? r : note_sign(key, secret, text, 0, out);
}

/* What scanf understands too freely is held against what we would have written. */
static int
parse(const char *text, size_t count, struct receipt *receipt)
{
	char copy[RECEIPT_TEXT], again[RECEIPT_TEXT], envelope[65], root[49], word[8];
	struct receipt read = { .slot = 0 };
	size_t bytes;

	if (count >= sizeof copy)
		return ERR_NOTE;
	memcpy(copy, text, count);
	copy[count] = '\0';
	if (sscanf(copy, "postern slot receipt v1\nlog %255s\nslot %" SCNu32 "\nenvelope %64s\nhead %" SCNu64 " %48s\ncopy %7s\ntime %" SCNd64 "\n",
	    read.log, &read.slot, envelope, &read.head.size, root, word, &read.time_s) != 7)
		return ERR_NOTE;
	read.had_copy = strcmp(word, "erased") == 0;
	read.has_envelope = strcmp(envelope, "-") != 0;
	if (read.has_envelope && (sodium_hex2bin(read.envelope, sizeof read.envelope, envelope, strlen(envelope), NULL, &bytes, NULL) != 0 ||
	    bytes != sizeof read.envelope))
		return ERR_NOTE;
	if (sodium_base642bin(read.head.root, TREE_HASH, root, strlen(root), NULL, &bytes, NULL, B64) != 0 || bytes != TREE_HASH)
		return ERR_NOTE;
	if (print(&read, again) < 0 || strcmp(copy, again) != 0)
		return ERR_NOTE;
	*receipt = read;
	return 0;
}

int
receipt_open(const void *note, size_t count, const struct note_key *key, struct receipt *receipt)
{
	struct note parsed;
	int r = note_parse(note, count, &parsed);

	if (r == 0)
		r = note_verify(&parsed, key, NULL);
	return r < 0 ? r : parse(parsed.text, parsed.text_bytes, receipt);
}
