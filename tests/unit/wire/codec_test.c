/* SPDX-License-Identifier: ISC */
/* Every kind of message: walked for holes, encoded, decoded, cut and stretched. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"

/* Fills each field of a message with something that is not zero. */
static void
fill(const struct wire_field *fields, uint8_t *message)
{
	for (const struct wire_field *f = fields; f->type != WIRE_END; f++) {
		void *at = message + f->offset;

		if (f->type == WIRE_BOOL)
			*(bool *)at = true;
		else if (f->type == WIRE_U32)
			*(uint32_t *)at = 0xfedcba98;
		else if (f->type == WIRE_I64)
			*(int64_t *)at = -2;
		else if (f->type == WIRE_ID)
			memset(at, 0x5a, ID_BYTES);
		else if (f->type == WIRE_TEXT)
			*(char **)at = own_dup(f->most >= 6 ? "caf\xc3\xa9 " : "");
		else if (f->type == WIRE_BYTES)
			*(struct wire_bytes *)at = (struct wire_bytes){ (uint8_t *)own_dup("\1\2"), 3 };
		else {
			char **words = own_alloc(3 * sizeof *words);

			words[0] = own_dup("one");
			words[1] = own_dup("");
			*(char ***)at = words;
		}
	}
}

static void
every_kind_survives_the_round_trip(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < WIRE_KINDS; kind++) {
		const struct wire_row *row = wire_row(kind);
		AUTO_BUF struct buf first = { 0 };
		AUTO_BUF struct buf second = { 0 };
		void *message;
		void *copy;

		if (row == NULL)
			continue;
		buf_init(&first, WIRE_FRAME_MOST);
		buf_init(&second, WIRE_FRAME_MOST);
		message = own_alloc(row->size);
		copy = own_alloc(row->size);
		fill(row->fields, message);
		assert_int_equal(wire_encode(row->fields, message, &first), 0);
		assert_int_equal(wire_decode(row->fields, buf_data(&first), buf_len(&first), copy), 0);
		assert_int_equal(wire_encode(row->fields, copy, &second), 0);
		assert_int_equal(buf_len(&first), buf_len(&second));
		assert_memory_equal(buf_data(&first), buf_data(&second), buf_len(&first));
		wire_done(row->fields, message);
		wire_done(row->fields, copy);
		free(message);
		free(copy);
	}
}

static void
every_kind_cut_short_or_stretched_is_refused(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < WIRE_KINDS; kind++) {
		const struct wire_row *row = wire_row(kind);
		AUTO_BUF struct buf whole = { 0 };
		void *message;

		if (row == NULL)
			continue;
		buf_init(&whole, WIRE_FRAME_MOST);
		message = own_alloc(row->size);
		fill(row->fields, message);
		assert_int_equal(wire_encode(row->fields, message, &whole), 0);
		wire_done(row->fields, message);
		assert_int_equal(buf_add(&whole, "", 1), 0);
		for (size_t count = 0; count <= buf_len(&whole); count++) {
			int r;

			if (count + 1 == buf_len(&whole))
				continue;
			memset(message, 0, row->size);
			r = wire_decode(row->fields, buf_data(&whole), count, message);
			wire_done(row->fields, message);
			assert_int_equal(r, count == buf_len(&whole) ? ERR_MSG_LONG : ERR_MSG_SHORT);
		}
		free(message);
	}
}

static void
the_table_has_a_speaker_and_a_phase_in_each_row(void **state)
{
	(void)state;
	assert_null(wire_row(0));
	assert_null(wire_row(WIRE_KINDS));
	for (unsigned kind = 0; kind < WIRE_KINDS; kind++) {
		const struct wire_row *row = wire_row(kind);

		if (row == NULL)
			continue;
		assert_true(row->sides != 0 && row->phases != 0);
		for (unsigned other = 0; other < kind; other++)
			if (wire_row(other) != NULL)
				assert_string_not_equal(wire_row(other)->name, row->name);
		for (const struct wire_field *f = row->fields; f->type != WIRE_END; f++)
			assert_true(f->offset < row->size);
	}
}

static void
lengths_that_lie_are_refused(void **state)
{
	static const struct { const char *bytes; size_t count; int error; } lies[] = {
		{ "\xff\xff\xff\xff", 4, ERR_MSG_LENGTH },		/* longer than any bound */
		{ "\x00\x00\x00\x05" "ab", 6, ERR_MSG_SHORT },		/* longer than the message */
		{ "\x00\x00\x00\x02\xc3\x28", 6, ERR_MSG_TEXT },	/* not UTF-8 */
		{ "\x00\x00\x00\x02\x1b[", 6, ERR_MSG_TEXT },		/* a control */
		{ "\x00\x00\x00\x03" "a\0b", 7, ERR_MSG_TEXT },		/* NUL */
	};
	const struct wire_row *row = wire_row(WIRE_DONE);
	struct wire_done done;

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		done = (struct wire_done){ 0 };
		assert_int_equal(wire_decode(row->fields, (const uint8_t *)lies[i].bytes, lies[i].count, &done), lies[i].error);
		wire_done(row->fields, &done);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_survives_the_round_trip),
		cmocka_unit_test(every_kind_cut_short_or_stretched_is_refused),
		cmocka_unit_test(the_table_has_a_speaker_and_a_phase_in_each_row),
		cmocka_unit_test(lengths_that_lie_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
