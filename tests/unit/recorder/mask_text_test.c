/* SPDX-License-Identifier: ISC */
/* Texts are covered in place, column for column, by all rules of a role. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recorder/mask/mask_text.h"
#include "tests/unit/recorder/mask_kit.h"

#define HUB	"ghp_0123456789abcdefghijABCDEFGHIJ012345"
#define STARS	"****************************************"

static const struct {
	const char	*text, *covered;
	unsigned	 values;
} rows[] = {
	{ "", "", 0 },
	{ "INC-1 the shop is down", "INC-1 the shop is down", 0 },
	{ "because password=hunter2 x", "because password=******* x", 1 },
	{ HUB, STARS, 1 },
	{ "use " HUB " or secret: abcdef", "use " STARS " or secret: ******", 2 },
	/* What only the recording masks is masked here too; a style needs a screen. */
	{ "pin=12345", "pin=*****", 1 },
	{ "card 4111 1111 1111 1111.", "card *******************.", 1 },
	{ "card 4111 1111 1111 1112.", "card 4111 1111 1111 1112.", 0 },
	{ "ask staff-123456", "ask ************", 1 },
	/* Two columns for a wide character, one for a narrow one, none for what joins it. */
	{ "\u9375 password=\u9375\u9375ab\u00e9\u0301 \u9375", "\u9375 password=******* \u9375", 1 },
	/* A key in one line, with its end and without. */
	{ "a -----BEGIN PRIVATE KEY----- MIIE -----END PRIVATE KEY----- b", "a -----BEGIN PRIVATE KEY-----******-----END PRIVATE KEY----- b", 1 },
	{ "a -----BEGIN PRIVATE KEY----- MIIE b", "a -----BEGIN PRIVATE KEY-----*******", 1 },
	/* What is not UTF-8 ends no search and stays. */
	{ "\xff password=hunter2 \xc3", "\xff password=******* \xc3", 1 },
	{ "mail a.b@example.org, \xe2\x82 b@example.org", "mail ***************, \xe2\x82 *************", 2 },
};

static void
values_are_covered_in_their_width(void **state)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[256];
		unsigned values;

		snprintf(text, sizeof text, "%s", rows[i].text);
		values = mask_text_cover(*state, text);
		if (values == rows[i].values && strcmp(text, rows[i].covered) == 0)
			continue;
		print_error("%s\n  became %s, with %u\n", rows[i].text, text, values);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
what_is_covered_stays_so(void **state)
{
	char text[] = "password=hunter2 " HUB;

	assert_int_equal(mask_text_cover(*state, text), 2);
	mask_text_cover(*state, text);
	assert_string_equal(text, "password=******* " STARS);
}

static void
a_text_that_costs_too_much_is_covered_whole(void **state)
{
	char text[4096] = "zzz";

	memset(text + 3, 'a', sizeof text - 4);
	assert_int_equal(mask_text_cover(*state, text), 1);
	assert_int_equal(strspn(text, "*"), sizeof text - 1);
}

static int
setup(void **state)
{
	struct mask_match *match;

	if (mask_match_new(&kit_rules, &match, NULL) < 0)
		return -1;
	*state = match;
	return 0;
}

static int
teardown(void **state)
{
	mask_match_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_covered_in_their_width),
		cmocka_unit_test(what_is_covered_stays_so),
		cmocka_unit_test(a_text_that_costs_too_much_is_covered_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
