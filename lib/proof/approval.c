/* SPDX-License-Identifier: ISC */
/* The text of an approval. */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/proof/approval.h"

#define B64	sodium_base64_VARIANT_ORIGINAL

int
approval_print(const struct approval *approval, char text[APPROVAL_TEXT])
{
	char root[sodium_base64_ENCODED_LEN(TREE_HASH, B64)], request[ID_TEXT], nonce[ID_TEXT], sha256[65];
	size_t log = strnlen(approval->log, NOTE_NAME), word = strnlen(approval->decision, APPROVAL_WORD);

	if (log == 0 || log == NOTE_NAME || !text_is_clean(approval->log, log) || word == 0 || word == APPROVAL_WORD ||
	    strspn(approval->decision, "abcdefghijklmnopqrstuvwxyz-") != word || approval->seconds < 0 || approval->not_after_s < 0)
		return ERR_SIGNATURE;
	sodium_bin2base64(root, sizeof root, approval->head.root, TREE_HASH, B64);
	snprintf(text, APPROVAL_TEXT, "approval v1\nlog %s\nhead %" PRIu64 " %s\nrequest %s\nrequest-sha256 %s\ndecision %s\nseconds %" PRId64
	    "\nnot-after %" PRId64 "\nnonce %s\n", approval->log, approval->head.size, root, id_text(&approval->request, request),
	    id_hex(approval->request_sha256, 32, sha256), approval->decision, approval->seconds, approval->not_after_s,
	    id_text(&approval->nonce, nonce));
	return 0;
}

/* The rest of the next line, if it begins with this word; a copy without its end in `value`. */
static bool
take(const char **at, const char *word, char *value, size_t size)
{
	size_t skip = strlen(word), count;
	const char *feed = strchr(*at, '\n');

	if (feed == NULL || strncmp(*at, word, skip) != 0 || (*at)[skip] != ' ')
		return false;
	count = (size_t)(feed - *at) - skip - 1;
	if (count == 0 || count >= size)
		return false;
	memcpy(value, *at + skip + 1, count);
	value[count] = '\0';
	*at = feed + 1;
	return true;
}

/* Numbers are read loosely and judged by writing them again. */
static bool
take_number(const char **at, const char *word, int64_t *number)
{
	char value[24];

	if (!take(at, word, value, sizeof value))
		return false;
	*number = strtoll(value, NULL, 10);
	return true;
}

static bool
take_id(const char **at, const char *word, struct id *id)
{
	char value[ID_TEXT];

	return take(at, word, value, sizeof value) && id_parse(value, id) == 0;
}

static bool
take_head(const char **at, struct tree_head *head)
{
	char value[80], *blank;
	size_t count;

	if (!take(at, "head", value, sizeof value))
		return false;
	blank = strchr(value, ' ');
	if (blank == NULL)
		return false;
	head->size = strtoull(value, NULL, 10);
	return sodium_base642bin(head->root, TREE_HASH, blank + 1, strlen(blank + 1), NULL, &count, NULL, B64) == 0 && count == TREE_HASH;
}

int
approval_parse(const char *text, size_t count, struct approval *approval)
{
	char copy[APPROVAL_TEXT], again[APPROVAL_TEXT], sha256[65];
	const char *at = copy;
	size_t bytes;

	*approval = (struct approval){ 0 };
	if (count >= sizeof copy || memchr(text, 0, count) != NULL)
		return ERR_SIGNATURE;
	memcpy(copy, text, count);
	copy[count] = '\0';
	if (!take(&at, "approval", again, sizeof again) || !take(&at, "log", approval->log, sizeof approval->log) || !take_head(&at, &approval->head) ||
	    !take_id(&at, "request", &approval->request) || !take(&at, "request-sha256", sha256, sizeof sha256) ||
	    !take(&at, "decision", approval->decision, sizeof approval->decision) || !take_number(&at, "seconds", &approval->seconds) ||
	    !take_number(&at, "not-after", &approval->not_after_s) || !take_id(&at, "nonce", &approval->nonce))
		return ERR_SIGNATURE;
	if (sodium_hex2bin(approval->request_sha256, 32, sha256, strlen(sha256), NULL, &bytes, NULL) != 0 || bytes != 32)
		return ERR_SIGNATURE;
	/* One meaning has one text: whatever was read loosely above shows here. */
	return approval_print(approval, again) == 0 && strcmp(again, copy) == 0 ? 0 : ERR_SIGNATURE;
}
