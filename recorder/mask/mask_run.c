/* SPDX-License-Identifier: ISC */
/* Runs of digits and long words, a few operations for most of the bytes. */
#include "config.h"

#include <string.h>

#include "recorder/mask/mask_run.h"

static bool
is_digit(char byte)
{
	return (unsigned char)(byte - '0') < 10;
}

/* None of eight bytes is a digit: none has 3 in its upper half, and up to 9 in its lower. */
static bool
has_no_digit(const char *text)
{
	uint64_t word, upper;

	memcpy(&word, text, sizeof word);
	word ^= UINT64_C(0x3030303030303030);
	upper = ((word & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x0606060606060606)) | word;
	upper &= UINT64_C(0xf0f0f0f0f0f0f0f0);
	return ((upper - UINT64_C(0x0101010101010101)) & ~upper & UINT64_C(0x8080808080808080)) == 0;
}

static bool
is_gap(char byte)
{
	return byte == ' ' || byte == '-' || byte == '.';
}

static bool
is_capital(char byte)
{
	return (unsigned char)(byte - 'A') < 26;
}

/* A digit behind two capitals, as at the beginning of an IBAN. */
static bool
is_head(const char *text, size_t i)
{
	if (i > 2 && is_gap(text[i - 1]))
		i--;
	return i >= 2 && is_capital(text[i - 1]) && is_capital(text[i - 2]);
}

uint32_t
mask_run_digits(const char *text, size_t count, bool *has_head)
{
	uint32_t run = 0, group = 0, most = 0;	/* group: digits since the last gap */
	char gap = '\0';

	*has_head = false;
	for (size_t i = 0; i < count; i++) {
		if (is_digit(text[i])) {
			*has_head = *has_head || (group == 0 && is_head(text, i));
			run++;
			group++;
			most = run > most ? run : most;
			continue;
		}
		if (group == 0 || !is_gap(text[i])) {
			run = 0;
			gap = '\0';
		} else {
			run = gap == '\0' || gap == text[i] ? run : group;
			gap = text[i];
		}
		group = 0;
		while (i + 1 + sizeof(uint64_t) <= count && has_no_digit(text + i + 1)) {
			i += sizeof(uint64_t);
			run = 0;
			gap = '\0';
		}
	}
	return most;
}

/* Letters of ASCII, digits, '_', '-' and '.'. */
static const bool is_word[256] = {
	['-'] = true, ['.'] = true, ['_'] = true, ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

/* What long values are made of: base64 in both alphabets, addresses. */
size_t
mask_run_value(const char *text, size_t count)
{
	size_t run = 0;

	while (run < count && (is_word[(uint8_t)text[run]] || (text[run] != '\0' && strchr("+/=%~", text[run]) != NULL)))
		run++;
	return run;
}

/* From the end of where such a word would stand, backwards: what breaks it tells where the next one may begin. */
size_t
mask_run_word(const char *text, size_t count, size_t least)
{
	size_t from = 0, longest = 0;

	while (from + least <= count) {
		size_t at = from + least;

		while (at > from && is_word[(uint8_t)text[at - 1]])
			at--;
		if (at > from) {
			from = at;
			continue;
		}
		at = from + least;
		while (at < count && is_word[(uint8_t)text[at]])
			at++;
		longest = at - from;
		least = longest + 1;
		from = at;
	}
	return longest;
}
