/* SPDX-License-Identifier: ISC */
/* Questions to witnesses, as C2SP tlog-witness writes them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/proof/witness.h"

#define HASH	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define NOTE	"log.example/a\n7\n" HASH "\n\n\342\200\224 log.example/a AAAAAAE=\n"

static void
a_question_is_read_as_it_was_written(void **state)
{
	struct witness_question asked = { .old = 20852014, .proof = { .count = 3 }, .note = NOTE, .note_bytes = sizeof NOTE - 1 }, read;
	struct buf out;
	char *text;

	(void)state;
	buf_init(&out, WITNESS_MOST);
	memset(asked.proof.hash[1], 0xa5, TREE_HASH);
	assert_int_equal(witness_print(&asked, &out), 0);
	text = buf_text(&out);
	assert_memory_equal(text, "old 20852014\n" HASH "\n", 13 + 45);
	assert_int_equal(witness_parse(text, strlen(text), &read), 0);
	assert_int_equal(read.old, asked.old);
	assert_int_equal(read.proof.count, 3);
	assert_memory_equal(read.proof.hash, asked.proof.hash, sizeof asked.proof.hash[0] * 3);
	assert_int_equal(read.note_bytes, sizeof NOTE - 1);
	assert_memory_equal(read.note, NOTE, sizeof NOTE - 1);
	free(text);
	buf_done(&out);
}

static void
what_is_no_question_is_refused(void **state)
{
	static const char *const wrong[] = { "", "\n", "old\n\n" NOTE, "old \n\n" NOTE, "old 01\n\n" NOTE, "old -1\n\n" NOTE, "old 1 \n\n" NOTE,
		"new 1\n\n" NOTE, "old 99999999999999999999\n\n" NOTE, "old 1\nAAAA\n\n" NOTE, "old 1\n" HASH " \n\n" NOTE, "old 1", "old 1\n" };
	struct witness_question read;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (witness_parse(wrong[i], strlen(wrong[i]), &read) != ERR_NOTE)
			fail_msg("'%s' was taken", wrong[i]);
}

static void
a_proof_has_at_most_63_hashes(void **state)
{
	struct witness_question read;
	struct buf out;

	(void)state;
	for (int count = 63; count <= 64; count++) {
		buf_init(&out, WITNESS_MOST);
		assert_int_equal(buf_add_text(&out, "old 5\n"), 0);
		for (int i = 0; i < count; i++)
			assert_int_equal(buf_add_text(&out, HASH "\n"), 0);
		assert_int_equal(buf_add_text(&out, "\n" NOTE), 0);
		assert_int_equal(witness_parse(buf_data(&out), buf_len(&out), &read), count == 63 ? 0 : ERR_NOTE);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_read_as_it_was_written),
		cmocka_unit_test(what_is_no_question_is_refused),
		cmocka_unit_test(a_proof_has_at_most_63_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
