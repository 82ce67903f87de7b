/* SPDX-License-Identifier: ISC */
/* Signed notes: published ones, our own, and broken ones; heads of the log as text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/note.h"

static struct note_key ours, witness;
static uint8_t our_secret[NOTE_SECRET], witness_secret[NOTE_SECRET];

static int
make_keys(void **state)
{
	uint8_t public[NOTE_PUBLIC];

	(void)state;
	secret_init();
	crypto_sign_keypair(public, our_secret);
	assert_int_equal(note_key_make("bastion01.example.org/audit", NOTE_ED25519, public, &ours), 0);
	crypto_sign_keypair(public, witness_secret);
	assert_int_equal(note_key_make("witness.example.net", NOTE_COSIGNATURE, public, &witness), 0);
	return 0;
}

static void
published_notes_verify(void **state)
{
	static const struct { const char *key, *note; } rows[] = {
		{ "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "This is an example message.\n\n"
		  "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n" },
		{ "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "If you think cryptography is the answer to your problem,\n"
		  "then you don't know what your problem is.\n\n"
		  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note_key key;
		struct note note;
		char text[NOTE_VKEY];

		assert_int_equal(note_key_parse(rows[i].key, &key), 0);
		note_key_print(&key, text);
		assert_string_equal(text, rows[i].key);
		assert_int_equal(note_parse(rows[i].note, strlen(rows[i].note), &note), 0);
		assert_int_equal(note_verify(&note, &key, NULL), 0);
		assert_int_equal(note_verify(&note, &ours, NULL), ERR_NOT_FOUND);
	}
}

/* A head of the log, signed by the log and by a witness. */
static void
make_note(struct buf *out)
{
	struct checkpoint checkpoint = { .origin = "bastion01.example.org/audit", .head = { .size = 1234567, .root = { 1, 2, 3 } } };
	char text[CHECKPOINT_TEXT];

	assert_int_equal(checkpoint_print(&checkpoint, text), 0);
	assert_int_equal(buf_addf(out, "%s\n", text), 0);
	assert_int_equal(note_sign(&ours, our_secret, text, 0, out), 0);
	assert_int_equal(note_sign(&witness, witness_secret, text, 1700000000, out), 0);
}

static void
a_head_carries_both_signatures_and_the_witness_its_time(void **state)
{
	AUTO_BUF struct buf out = { .max = 4096 };
	struct checkpoint checkpoint;
	struct note note;
	int64_t time_s = 0;

	(void)state;
	make_note(&out);
	assert_int_equal(note_parse(buf_data(&out), buf_len(&out), &note), 0);
	assert_int_equal(note.count, 2);
	assert_int_equal(note_verify(&note, &ours, NULL), 0);
	assert_int_equal(note_verify(&note, &witness, &time_s), 0);
	assert_int_equal(time_s, 1700000000);
	assert_int_equal(checkpoint_parse(note.text, note.text_bytes, &checkpoint), 0);
	assert_string_equal(checkpoint.origin, "bastion01.example.org/audit");
	assert_int_equal(checkpoint.head.size, 1234567);
	assert_int_equal(checkpoint.head.root[2], 3);
}

static void
a_note_with_any_bit_turned_verifies_no_more(void **state)
{
	AUTO_BUF struct buf out = { .max = 4096 };
	uint8_t bytes[4096];
	size_t count;

	(void)state;
	make_note(&out);
	count = buf_len(&out);
	memcpy(bytes, buf_data(&out), count);
	for (size_t bit = 0; bit < count * 8; bit++) {
		struct note note;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (note_parse(bytes, count, &note) == 0)
			assert_true(note_verify(&note, &ours, NULL) != 0 || note_verify(&note, &witness, NULL) != 0);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
broken_notes_are_no_notes(void **state)
{
	static const char *const broken[] = {
		"", "\n", "text\n", "text\n\n", "text\n\n— a AAAAAAA=", "text\n— a AAAAAAA=\n", "text\n\n- a AAAAAAA=\n", "text\n\n—a AAAAAAA=\n",
		"text\n\n— a+b AAAAAAA=\n", "text\n\n— AAAAAAA=\n", "text\n\n— a AAAA\n", "text\n\n— a AAAAAAA\n", "text\n\n— a AAAAAAA= \n",
		"te\txt\n\n— a AAAAAAA=\n", "te\xffxt\n\n— a AAAAAAA=\n", "text\n\n— a AAAAAAA=\nmore\n", "text\n\n— a  AAAAAAA=\n",
	};
	static const char good[] = "text\n\nmore text\n\n— a AAAAAAA=\n";
	struct note note;

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_int_equal(note_parse(broken[i], strlen(broken[i]), &note), ERR_NOTE);
	assert_int_equal(note_parse(good, sizeof good - 1, &note), 0);
	assert_int_equal(note.text_bytes, strlen("text\n\nmore text\n"));
}

static void
broken_keys_are_no_keys(void **state)
{
	static const char *const broken[] = {
		"", "name", "name+", "name+12345678", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
		"example com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	uint8_t public[NOTE_PUBLIC] = { 0 };
	struct note_key key;

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_int_equal(note_key_parse(broken[i], &key), ERR_KEY);
	assert_int_equal(note_key_make("with space", NOTE_ED25519, public, &key), ERR_KEY);
	assert_int_equal(note_key_make("new\nline", NOTE_ED25519, public, &key), ERR_KEY);
}

static void
broken_heads_are_no_heads(void **state)
{
#define ROOT "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	static const char *const broken[] = {
		"", "origin\n", "origin\n5\n", "\n5\n" ROOT "\n", "origin\n05\n" ROOT "\n", "origin\n-5\n" ROOT "\n", "origin\n\n" ROOT "\n",
		"origin\n18446744073709551616\n" ROOT "\n", "origin\n5\nAQID\n", ("origin\n5\n" ROOT),
	};
	static const char good[] = "origin\n18446744073709551615\n" ROOT "\nextension\n";
	struct checkpoint checkpoint;

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_int_equal(checkpoint_parse(broken[i], strlen(broken[i]), &checkpoint), ERR_NOTE);
	assert_int_equal(checkpoint_parse(good, sizeof good - 1, &checkpoint), 0);
	assert_true(checkpoint.head.size == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_notes_verify),
		cmocka_unit_test(a_head_carries_both_signatures_and_the_witness_its_time),
		cmocka_unit_test(a_note_with_any_bit_turned_verifies_no_more),
		cmocka_unit_test(broken_notes_are_no_notes),
		cmocka_unit_test(broken_keys_are_no_keys),
		cmocka_unit_test(broken_heads_are_no_heads),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
