/* SPDX-License-Identifier: ISC */
/* Runs of digits and long words, a few operations for most of the bytes. */
#include "config.h"

#include <endian.h>
#include <string.h>

#include "recorder/mask/mask_run.h"

static bool
is_digit(char byte)
{
	return (unsigned char)(byte - '0') < 10;
}

/* The next digit from `at` on, or `count`: eight bytes at once, as far as there are so many; less 0x30, a digit is less than ten. */
static size_t
next_digit(const char *text, size_t count, size_t at)
{
	for (; at + sizeof(uint64_t) <= count; at += sizeof(uint64_t)) {
		uint64_t word, other;

		memcpy(&word, text + at, sizeof word);
		word = le64toh(word) ^ UINT64_C(0x3030303030303030);
		other = ((word & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x7676767676767676)) | word;
		other = ~other & UINT64_C(0x8080808080808080);
		if (other != 0)
			return at + (size_t)__builtin_ctzll(other) / 8;
	}
	while (at < count && !is_digit(text[at]))
		at++;
	return at;
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

/* From one group of digits to the next: a single gap between them, the same as before, makes them one run. */
uint32_t
mask_run_digits(const char *text, size_t count, bool *has_head)
{
	uint32_t run = 0, group = 0, most = 0;	/* group: the last one */
	size_t end = 0;	/* of it */
	char gap = '\0';

	*has_head = false;
	for (size_t at = next_digit(text, count, 0); at < count; at = next_digit(text, count, end)) {
		if (group == 0 || at != end + 1 || !is_gap(text[end])) {
			run = 0;
			gap = '\0';
		} else {
			run = gap == '\0' || gap == text[end] ? run : group;
			gap = text[end];
		}
		*has_head = *has_head || is_head(text, at);
		for (end = at; end < count && is_digit(text[end]); end++)
			;
		group = (uint32_t)(end - at);
		run += group;
		most = run > most ? run : most;
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
