/* SPDX-License-Identifier: ISC */
/* The validators against numbers from the standards and one digit beside them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/err.h"
#include "recorder/mask/mask_check.h"

struct row {
	enum mask_check	 check;
	const char	*text;
	size_t		 passes;	/* bytes; ALL or NONE */
};

#define ALL	SIZE_MAX
#define NONE	0

static const struct row rows[] = {
	{ MASK_NO_CHECK, "anything", ALL },
	{ MASK_LUHN, "4111111111111111", ALL },
	{ MASK_LUHN, "4111 1111 1111 1111", ALL },
	{ MASK_LUHN, "3782-822463-10005", ALL },
	{ MASK_LUHN, "4111111111111112", NONE },
	{ MASK_LUHN, "4111111111111x11", NONE },
	{ MASK_LUHN, "0000000000000000", NONE },
	{ MASK_LUHN, "42", NONE },
	{ MASK_LUHN, "", NONE },
	{ MASK_LUHN, "41111111111111111111111", NONE },
	{ MASK_MOD_97, "GB82 WEST 1234 5698 7654 32", ALL },
	{ MASK_MOD_97, "NO9386011117947", ALL },
	{ MASK_MOD_97, "DE89370400440532013000", ALL },
	{ MASK_MOD_97, "MT84MALT011000012345MTLCAST001S", ALL },
	{ MASK_MOD_97, "NO93 8601 1117 947 AND MORE", 18 },
	{ MASK_MOD_97, "de89370400440532013000", ALL },
	{ MASK_MOD_97, "DE89370400440532013000X", NONE },
	{ MASK_MOD_97, "CR05015202001026284066", ALL },
	{ MASK_MOD_97, "BI4210000100010000332045181", ALL },
	{ MASK_MOD_97, "EG800002000156789012345180002", ALL },
	{ MASK_MOD_97, "FO6264600001631634", ALL },
	{ MASK_MOD_97, "DE88370400440532013000", NONE },
	{ MASK_MOD_97, "DE8937040044053201300", NONE },
	{ MASK_MOD_97, "ZZ89370400440532013000", NONE },
	{ MASK_MOD_97, "DE8", NONE },
	{ MASK_SSN, "ssn=219099999", ALL },
	{ MASK_SSN, "219-09-9999", ALL },
	{ MASK_SSN, "000-09-9999", NONE },
	{ MASK_SSN, "666-09-9999", NONE },
	{ MASK_SSN, "900-09-9999", NONE },
	{ MASK_SSN, "219-00-9999", NONE },
	{ MASK_SSN, "219-09-0000", NONE },
	{ MASK_HOST, "db1.example.com:5432:orders:app:x", ALL },
	{ MASK_HOST, "*:*:*:app:x", ALL },
	{ MASK_HOST, "db:5432:*:app:x", ALL },
	{ MASK_HOST, "fe80:5432:1:2:3", NONE },
	{ MASK_HOST, ":5432:1:2:3", NONE },
	{ MASK_HOST, "a b:5432:1:2:g", NONE },
	{ MASK_HOST, "no colon", NONE },
};

static void
each_check_passes_what_is_valid_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t count = strlen(rows[i].text);
		size_t wanted = rows[i].passes == ALL ? count : rows[i].passes;
		size_t passed = mask_check(rows[i].check, rows[i].text, count);

		if (passed != wanted)
			fail_msg("%s passes %zu bytes of '%s', not %zu", mask_check_name(rows[i].check), passed, rows[i].text,
			    wanted);
	}
}

static void
every_single_wrong_digit_is_noticed(void **state)
{
	static const struct row good[] = {
		{ MASK_LUHN, "4111111111111111", ALL }, { MASK_MOD_97, "GB82WEST12345698765432", ALL },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t at = 0; at < strlen(good[i].text); at++) {
			snprintf(text, sizeof text, "%s", good[i].text);
			if (text[at] < '0' || text[at] > '9')
				continue;
			text[at] = (char)('0' + (text[at] - '0' + 1) % 10);
			assert_int_equal(mask_check(good[i].check, text, strlen(text)), 0);
		}
	}
}

static void
each_check_is_found_by_its_name(void **state)
{
	enum mask_check check;

	(void)state;
	for (int i = MASK_LUHN; i <= MASK_HOST; i++) {
		assert_int_equal(mask_check_parse(mask_check_name((enum mask_check)i), &check), 0);
		assert_int_equal(check, i);
	}
	assert_int_equal(mask_check_parse("", &check), ERR_NOT_FOUND);
	assert_int_equal(mask_check_parse("crc", &check), ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_passes_what_is_valid_and_nothing_else),
		cmocka_unit_test(every_single_wrong_digit_is_noticed),
		cmocka_unit_test(each_check_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
