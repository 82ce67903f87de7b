/* SPDX-License-Identifier: ISC */
/* Questions to witnesses. */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/proof/witness.h"

#define B64	sodium_base64_VARIANT_ORIGINAL
#define OLD	"old "

int
witness_print(const struct witness_question *question, struct buf *out)
{
	char hash[sodium_base64_ENCODED_LEN(TREE_HASH, B64)];
	int r = buf_addf(out, OLD "%llu\n", (unsigned long long)question->old);

	for (size_t i = 0; r == 0 && i < question->proof.count; i++)
		r = buf_addf(out, "%s\n", sodium_bin2base64(hash, sizeof hash, question->proof.hash[i], TREE_HASH, B64));
	if (r == 0)
		r = buf_add_text(out, "\n");
	return r < 0 ? r : buf_add(out, question->note, question->note_bytes);
}

/* Decimal, without zeros in front. */
static int
parse_size(const char *text, size_t count, uint64_t *size)
{
	*size = 0;
	if (count == 0 || count > 19 || (text[0] == '0' && count > 1))
		return ERR_NOTE;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_NOTE;
		*size = *size * 10 + (uint64_t)(text[i] - '0');
	}
	return 0;
}

static int
parse_line(const char *line, size_t count, bool is_first, struct witness_question *question)
{
	const size_t old = sizeof OLD - 1;
	size_t bytes;

	if (is_first)
		return count > old && memcmp(line, OLD, old) == 0 ? parse_size(line + old, count - old, &question->old) : ERR_NOTE;
	if (question->proof.count == WITNESS_PROOF)
		return ERR_NOTE;
	if (sodium_base642bin(question->proof.hash[question->proof.count], TREE_HASH, line, count, NULL, &bytes, NULL, B64) != 0 || bytes != TREE_HASH)
		return ERR_NOTE;
	question->proof.count++;
	return 0;
}

int
witness_parse(const void *bytes, size_t count, struct witness_question *question)
{
	const char *at = bytes, *end = at + count, *feed;
	bool is_first = true;
	int r = 0;

	*question = (struct witness_question){ .old = 0 };
	while ((feed = memchr(at, '\n', (size_t)(end - at))) != NULL && (feed > at || is_first)) {
		r = parse_line(at, (size_t)(feed - at), is_first, question);
		if (r < 0)
			return r;
		is_first = false;
		at = feed + 1;
	}
	if (feed == NULL)
		return ERR_NOTE;
	question->note = feed + 1;
	question->note_bytes = (size_t)(end - feed - 1);
	return 0;
}
