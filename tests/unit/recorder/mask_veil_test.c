/* SPDX-License-Identifier: ISC */
/* Nothing that could be read is left, and the picture is the same. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_veil.h"
#include "tests/unit/recorder/mask_kit.h"

struct row {
	const char	*what, *in, *out;	/* out: without NULs */
};

/* clang-format off */
static const struct row rows[] = {
	{ "text", "secret 42", "*********" },
	{ "controls", "a\tb\r\nc\b", "*\t*\r\n*\b" },
	{ "colours", "\033[1;31mred\033[0m", "\033[1;31m***\033[0m" },
	{ "a move", "\033[5;12Hx\033[K", "\033[5;12H*\033[K" },
	{ "other sequences", "\0337a\0338\033(0b\033=", "\0337*\0338\033(0*\033=" },
	{ "a title", "x\033]0;password=hunter2\007y", "**" },
	{ "a title with ST", "x\033]0;password=hunter2\033\\y", "**" },
	{ "a string that has not ended", "x\033Pq#0;2", "*" },
	{ "a string that another sequence ends", "x\033]0;abc\033[1my", "*\033[1m*" },
	{ "a sequence that has not ended", "x\033[3", "***" },
	{ "a control in a sequence", "\033[3\n1m", "**\n**" },
	{ "two bytes", "h\303\274nter", "******" },
	{ "two columns", "\346\227\245a", "\357\274\212*" },
	{ "joined", "u\314\210x", "**" },
	{ "a control of two bytes", "\302\2331mx", "***" },
	{ "no characters", "\377\200x", "***" },
	{ "half of a character", "x\346\227", "***" },
};
/* clang-format on */

static void
characters_are_covered_and_sequences_stay(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t count = strlen(rows[i].in), kept = 0;
		AUTO_FREE uint8_t *bytes = own_alloc(count + 1);

		memcpy(bytes, rows[i].in, count);
		mask_veil(bytes, count);
		for (size_t at = 0; at < count; at++)
			if (bytes[at] != 0)
				bytes[kept++] = bytes[at];
		if (kept != strlen(rows[i].out) || memcmp(bytes, rows[i].out, kept) != 0)
			fail_msg("%s: '%.*s'", rows[i].what, (int)kept, (const char *)bytes);
	}
}

/* All that the screen has, at each moment: the recording, and behind it what is undecided, told in any pieces. */
static void
what_is_undecided_stands_behind_what_is_recorded(void **state)
{
	static const char text[] = "one\r\n\033[1mtwo password=hunter2 \033[0mthree\033]0;title\007 four\r\nfive anna.b@exa";
	struct kit kit;

	(void)state;
	for (size_t piece = 1; piece < sizeof text; piece++) {
		struct buf veiled;
		size_t left = 0;

		buf_init(&veiled, 4096);
		kit_open(&kit, 80, 24);
		for (size_t at = 0; at < sizeof text - 1; at += piece) {
			size_t count = sizeof text - 1 - at < piece ? sizeof text - 1 - at : piece;

			kit_write_pieces(&kit, text + at, count, count);
			left = mask_stream_undecided(kit.stream, &veiled);
			assert_true(left <= buf_len(&veiled));
			buf_consume(&veiled, buf_len(&veiled) - left);
			assert_int_equal(buf_len(&kit.record) + left, buf_len(&kit.screen));
		}
		kit_wait(&kit, MASK_HOLD_US);
		left = mask_stream_undecided(kit.stream, &veiled);
		buf_consume(&veiled, buf_len(&veiled) - left);
		assert_int_equal(left, 15);
		assert_memory_equal(buf_data(&veiled), "***************", 15);
		kit_close(&kit);
		buf_done(&veiled);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_covered_and_sequences_stay),
		cmocka_unit_test(what_is_undecided_stands_behind_what_is_recorded),
	};

	return cmocka_run_group_tests_name("mask_veil", tests, NULL, NULL);
}
