/* SPDX-License-Identifier: ISC */
/* What stands in place of a value. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recorder/mask/mask_style.h"

static const uint8_t key[SECRET_KEY] = { 1 }, other_key[SECRET_KEY] = { 2 };

/* The value in a style; '.' for what is kept. */
static const char *
styled(enum mask_style style, const char *text, const uint8_t *with)
{
	static char out[128];
	struct mask_face face = { .name = "email", .label = "email", .style = style };
	uint16_t columns[128];
	struct mask_value value = { .text = text, .count = strlen(text), .chars = strlen(text), .width = strlen(text), .columns = columns };

	for (uint16_t i = 0; i < value.chars; i++)
		columns[i] = i;
	memset(out, 0, sizeof out);
	mask_style_fill(&face, with, &value, out);
	for (size_t i = 0; i < value.width; i++)
		if (out[i] == MASK_KEPT)
			out[i] = '.';
	return out;
}

static void
every_style_has_the_width_of_the_value(void **state)
{
	(void)state;
	assert_string_equal(styled(MASK_FULL, "hunter2", key), "*******");
	assert_string_equal(styled(MASK_KEEP_LAST_4, "4111111111111111", key), "************....");
	assert_string_equal(styled(MASK_LABEL, "a@b.example", key), "[EMAIL]****");
	assert_int_equal(strlen(styled(MASK_PSEUDONYM, "a@b.example.org", key)), 15);
}

static void
blanks_and_hyphens_are_none_of_the_last_four(void **state)
{
	(void)state;
	assert_string_equal(styled(MASK_KEEP_LAST_4, "+47 22 58 79 33", key), "**********.....");
	assert_string_equal(styled(MASK_KEEP_LAST_4, "3782 8224 6310 005", key), "*************.....");
	assert_string_equal(styled(MASK_KEEP_LAST_4, "219-09-9999", key), "*******....");
	assert_string_equal(styled(MASK_KEEP_LAST_4, "12 34 56 78", key), "***********");
}

static void
without_room_a_value_is_covered_in_full(void **state)
{
	(void)state;
	assert_string_equal(styled(MASK_KEEP_LAST_4, "12345678", key), "********");
	assert_string_equal(styled(MASK_LABEL, "a@b.no", key), "******");
	assert_string_equal(styled(MASK_PSEUDONYM, "1234567", key), "*******");
}

/* A character of two columns stays whole, or is covered whole. */
static void
wide_characters_keep_their_columns(void **state)
{
	static const char text[] = "\u5c71\u7530\u592a\u90ce\u3055\u3093\u6771\u4eac\u90fd";
	uint16_t columns[9];
	const struct mask_value value = { .text = text, .count = sizeof text - 1, .chars = 9, .width = 18, .columns = columns };
	struct mask_face face = { .name = "name", .label = "name", .style = MASK_KEEP_LAST_4 };
	char out[19] = "";

	(void)state;
	for (uint16_t i = 0; i < 9; i++)
		columns[i] = (uint16_t)(2 * i);
	mask_style_fill(&face, key, &value, out);
	for (size_t i = 0; i < value.width; i++)
		assert_int_equal(out[i], i < 10 ? '*' : MASK_KEPT);
	face.style = MASK_LABEL;
	mask_style_fill(&face, key, &value, out);
	assert_string_equal(out, "[NAME]************");
	face.style = MASK_PSEUDONYM;
	mask_style_fill(&face, key, &value, out);
	assert_int_equal(strlen(out), 18);
}

static void
a_pseudonym_depends_on_value_and_key(void **state)
{
	char first[128], again[128];

	(void)state;
	strcpy(first, styled(MASK_PSEUDONYM, "anna@example.org", key));
	strcpy(again, styled(MASK_PSEUDONYM, "anna@example.org", key));
	assert_string_equal(first, again);
	assert_string_not_equal(first, styled(MASK_PSEUDONYM, "anne@example.org", key));
	assert_string_not_equal(first, styled(MASK_PSEUDONYM, "anna@example.org", other_key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_style_has_the_width_of_the_value),
		cmocka_unit_test(blanks_and_hyphens_are_none_of_the_last_four),
		cmocka_unit_test(without_room_a_value_is_covered_in_full),
		cmocka_unit_test(wide_characters_keep_their_columns),
		cmocka_unit_test(a_pseudonym_depends_on_value_and_key),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
