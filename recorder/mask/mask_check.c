/* SPDX-License-Identifier: ISC */
/* The validators: cards (ISO/IEC 7812-1), IBANs (ISO 13616), US social security numbers, hosts of .pgpass. */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/err.h"
#include "recorder/mask/mask_check.h"

#define LEAST_CARD	12
#define MOST_CARD	19
#define MOST_IBAN	34

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_gap(char c)
{
	return c == ' ' || c == '-';
}

/* Copies the digits of `text` to `digits`; their number, or 0 if there is anything but digits and gaps, or too many. */
static size_t
take_digits(const char *text, size_t count, char *digits, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_gap(text[i]))
			continue;
		if (!is_digit(text[i]) || n == most)
			return 0;
		digits[n++] = text[i];
	}
	return n;
}

/* ISO/IEC 7812-1, annex B. A number of one digit repeated passes the sum, but is no card. */
static size_t
check_luhn(const char *text, size_t count)
{
	char digits[MOST_CARD];
	size_t n = take_digits(text, count, digits, sizeof digits);
	bool is_uniform = true;
	int sum = 0;

	if (n < LEAST_CARD)
		return 0;
	for (size_t i = 0; i < n; i++) {
		int value = digits[n - 1 - i] - '0';

		if (i % 2 == 1)
			value = value * 2 > 9 ? value * 2 - 9 : value * 2;
		sum += value;
		is_uniform = is_uniform && digits[i] == digits[0];
	}
	return sum % 10 == 0 && !is_uniform ? count : 0;
}

static char
upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/*
 * Length of an IBAN by its country, from the SWIFT registry and from the list of those that use one without being in it;
 * 0: a country without one that we know.
 */
static size_t
iban_length(const char *country)
{
	static const struct {
		const char	*countries;	/* two letters each */
		size_t		 length;
	} lengths[] = {
		{ "NO", 15 }, { "BE", 16 }, { "DKFIFKFOGLNLSD", 18 }, { "MKSI", 19 }, { "ATBAEEKZLTLUMNXK", 20 },
		{ "CHHRLILV", 21 }, { "BGBHCRDEGBGEIEMERSVA", 22 }, { "AEGIILIQOMSOTL", 23 },
		{ "ADCZESMDPKROSASESKTNVG", 24 }, { "AOCVGWLYMZPTST", 25 }, { "DZIRISTR", 26 },
		{ "BICFCGCMDJFRGAGQGRITKMMCMGMRSMTD", 27 }, { "ALAZBFBJBYCICYDOGTHNHULBMAMLNENIPLSNSVTG", 28 },
		{ "BREGPSQAUA", 29 }, { "JOKWMUYE", 30 }, { "MTSC", 31 }, { "LC", 32 }, { "RU", 33 },
	};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		for (const char *c = lengths[i].countries; *c != '\0'; c += 2) {
			if (c[0] == upper(country[0]) && c[1] == upper(country[1]))
				return lengths[i].length;
		}
	}
	return 0;
}

/* ISO 7064 MOD 97-10: the first four characters go to the end, letters count 10 to 35, the rest must be 1. */
static bool
is_mod_97(const char *iban, size_t length)
{
	unsigned rest = 0;

	for (size_t i = 0; i < length; i++) {
		char c = iban[(i + 4) % length];

		if (is_digit(c))
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
		else
			rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
	}
	return rest == 1;
}

static size_t
check_mod_97(const char *text, size_t count)
{
	char iban[MOST_IBAN];
	size_t length = count >= 4 ? iban_length(text) : 0;
	size_t n = 0;
	size_t used = 0;

	for (; used < count && n < length; used++) {
		if (is_gap(text[used]))
			continue;
		iban[n] = upper(text[used]);
		if (!is_digit(iban[n]) && !(iban[n] >= 'A' && iban[n] <= 'Z'))
			return 0;
		n++;
	}
	if (used < count && !is_gap(text[used]))
		return 0;	/* a longer word */
	return length > 0 && n == length && is_mod_97(iban, length) ? used : 0;
}

/* Areas, groups and serials that the Social Security Administration never gave out. A name may stand before the number. */
static size_t
check_ssn(const char *text, size_t count)
{
	char d[9];
	size_t name = 0;

	while (name < count && !is_digit(text[name]))
		name++;
	if (take_digits(text + name, count - name, d, sizeof d) != sizeof d)
		return 0;
	if (d[0] == '9' || memcmp(d, "000", 3) == 0 || memcmp(d, "666", 3) == 0)
		return 0;
	return memcmp(d + 3, "00", 2) != 0 && memcmp(d + 5, "0000", 4) != 0 ? count : 0;
}

/* A line of .pgpass begins with a host, '*' or a socket's folder. An IPv6 address has colons too, but hexadecimal digits only. */
static size_t
check_host(const char *text, size_t count)
{
	const char *colon = memchr(text, ':', count);
	size_t host = colon != NULL ? (size_t)(colon - text) : 0;
	bool is_address = true;

	if (host == 0 || text[0] == '-' || text[0] == '.')
		return 0;
	if (host == 1 && text[0] == '*')
		return count;
	for (size_t i = 0; i < host; i++) {
		if (!isalnum((unsigned char)text[i]) && strchr("-._/", text[i]) == NULL)
			return 0;
	}
	for (size_t i = 0; i < count; i++)
		is_address = is_address && (isxdigit((unsigned char)text[i]) || text[i] == ':');
	return is_address ? 0 : count;
}

/* clang-format off */
static const struct {
	const char	*name;
	size_t		(*passes)(const char *text, size_t count);
} checks[] = {
	[MASK_NO_CHECK]	= { "",		NULL },
	[MASK_LUHN]	= { "luhn",	check_luhn },
	[MASK_MOD_97]	= { "mod-97",	check_mod_97 },
	[MASK_SSN]	= { "ssn",	check_ssn },
	[MASK_HOST]	= { "host",	check_host },
};
/* clang-format on */

size_t
mask_check(enum mask_check check, const char *text, size_t count)
{
	return checks[check].passes == NULL ? count : checks[check].passes(text, count);
}

int
mask_check_parse(const char *name, enum mask_check *check)
{
	for (size_t i = 1; i < sizeof checks / sizeof checks[0]; i++) {
		if (strcmp(checks[i].name, name) == 0) {
			*check = (enum mask_check)i;
			return 0;
		}
	}
	return ERR_NOT_FOUND;
}

const char *
mask_check_name(enum mask_check check)
{
	return checks[check].name;
}
