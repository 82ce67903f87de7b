/* SPDX-License-Identifier: ISC */
/* UTF-8: what is a character, what its beginning, and what never becomes one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/text.h"

static void
every_character_comes_back(void **state)
{
	uint8_t bytes[4];
	uint32_t character;

	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		int used = text_encode(c, bytes);

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		assert_int_equal(text_decode(bytes, (size_t)used, &character), used);
		assert_int_equal(character, c);
		for (int i = 1; i < used; i++)
			assert_int_equal(text_decode(bytes, (size_t)i, &character), 0);
	}
}

/* Some continuation of these two bytes is a character. */
static bool
can_become_one(uint8_t first, uint8_t second)
{
	uint32_t character;

	for (unsigned third = 0x80; third < 0xc0; third++)
		for (unsigned fourth = 0x80; fourth < 0xc0; fourth++) {
			const uint8_t bytes[] = { first, second, (uint8_t)third, (uint8_t)fourth };

			if (text_decode(bytes, sizeof bytes, &character) > 2)
				return true;
		}
	return false;
}

/* A terminal shows what cannot become a character at once, so nobody may wait for the rest of it. */
static void
two_bytes_wait_only_for_what_can_come(void **state)
{
	uint32_t character;

	(void)state;
	for (unsigned first = 0xe0; first < 0x100; first++)
		for (unsigned second = 0; second < 0x100; second++) {
			const uint8_t bytes[] = { (uint8_t)first, (uint8_t)second };

			assert_int_equal(text_decode(bytes, sizeof bytes, &character), can_become_one(bytes[0], bytes[1]) ? 0 : -1);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_comes_back),
		cmocka_unit_test(two_bytes_wait_only_for_what_can_come),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
