/* SPDX-License-Identifier: ISC */
/* Receipts of erased key slots: what is signed is what is read, and nothing else is read. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <sodium.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/notefile.h"
#include "lib/proof/receipt.h"

static struct note_key key, other;
static uint8_t secret[NOTE_SECRET], other_secret[NOTE_SECRET];

static int
make_keys(void **state)
{
	uint8_t public[NOTE_PUBLIC];

	(void)state;
	secret_init();
	crypto_sign_keypair(public, secret);
	assert_int_equal(note_key_make("vault.example.org/slots", NOTE_ED25519, public, &key), 0);
	crypto_sign_keypair(public, other_secret);
	assert_int_equal(note_key_make("vault.example.org/slots", NOTE_ED25519, public, &other), 0);
	return 0;
}

static const struct receipt sample = { .log = "bastion-1/postern", .slot = 4711, .has_envelope = true, .envelope = { 1, 2, 3 },
	.head = { .size = 90, .root = { 9, 8, 7 } }, .had_copy = true, .time_s = 1700000000 };

static void
what_is_signed_is_read_again(void **state)
{
	struct receipt rows[] = { sample, sample, sample }, read;

	(void)state;
	rows[1].has_envelope = false;
	memset(rows[1].envelope, 0, sizeof rows[1].envelope);
	rows[2].had_copy = false;
	rows[2].slot = UINT32_MAX;
	rows[2].head = (struct tree_head){ 0 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_BUF struct buf note = { .max = RECEIPT_MOST };

		assert_int_equal(receipt_sign(&rows[i], &key, secret, &note), 0);
		assert_int_equal(receipt_open(buf_data(&note), buf_len(&note), &key, &read), 0);
		assert_string_equal(read.log, rows[i].log);
		assert_int_equal(read.slot, rows[i].slot);
		assert_int_equal(read.has_envelope, rows[i].has_envelope);
		assert_memory_equal(read.envelope, rows[i].envelope, sizeof read.envelope);
		assert_int_equal(read.head.size, rows[i].head.size);
		assert_memory_equal(read.head.root, rows[i].head.root, TREE_HASH);
		assert_int_equal(read.had_copy, rows[i].had_copy);
		assert_int_equal(read.time_s, rows[i].time_s);
	}
}

static void
another_key_counts_for_nothing(void **state)
{
	AUTO_BUF struct buf note = { .max = RECEIPT_MOST };
	struct receipt read;

	(void)state;
	assert_int_equal(receipt_sign(&sample, &other, other_secret, &note), 0);
	assert_int_equal(receipt_open(buf_data(&note), buf_len(&note), &key, &read), ERR_NOT_FOUND);
}

static void
no_byte_of_it_can_be_another_one(void **state)
{
	AUTO_BUF struct buf note = { .max = RECEIPT_MOST };
	struct receipt read;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(receipt_sign(&sample, &key, secret, &note), 0);
	bytes = note.bytes + note.start;
	for (size_t i = 0; i < buf_len(&note); i++) {
		bytes[i] ^= 1;
		assert_true(receipt_open(bytes, buf_len(&note), &key, &read) < 0);
		bytes[i] ^= 1;
		assert_true(receipt_open(bytes, i, &key, &read) < 0);
	}
	assert_int_equal(receipt_open(bytes, buf_len(&note), &key, &read), 0);
}

/* Signed by the right key, and still no receipt. */
static void
other_texts_are_no_receipts(void **state)
{
	static const char *const rows[] = {
		"postern slot receipt v2\nlog a\nslot 1\nenvelope -\nhead 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ncopy none\ntime 1\n",
		"postern slot receipt v1\nlog a\nslot 01\nenvelope -\nhead 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ncopy none\ntime 1\n",
		"postern slot receipt v1\nlog a\nslot 1\nenvelope AB\nhead 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ncopy none\ntime 1\n",
		"postern slot receipt v1\nlog a\nslot 1\nenvelope -\nhead 0 AAAA\ncopy none\ntime 1\n",
		"postern slot receipt v1\nlog a\nslot 1\nenvelope -\nhead 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ncopy some\ntime 1\n",
		"postern slot receipt v1\nlog a\nslot 1\nenvelope -\nhead 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ncopy none\ntime 1\nmore\n",
		"bastion-1/postern\n90\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	};
	struct receipt read;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_BUF struct buf note = { .max = RECEIPT_MOST };

		assert_int_equal(buf_addf(&note, "%s\n", rows[i]), 0);
		assert_int_equal(note_sign(&key, secret, rows[i], 0, &note), 0);
		assert_int_equal(receipt_open(buf_data(&note), buf_len(&note), &key, &read), ERR_NOTE);
	}
}

static void
a_key_file_is_read_as_it_was_made(void **state)
{
	char dir[] = "/tmp/postern-receipt-XXXXXX", path[64], public[64];
	struct note_key made, read;
	uint8_t made_secret[NOTE_SECRET], read_secret[NOTE_SECRET];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/key", dir);
	snprintf(public, sizeof public, "%s/pub", dir);
	assert_int_equal(notefile_make(path, public, "a/b", &made, made_secret), 0);
	assert_int_equal(notefile_read(path, &read, read_secret), 0);
	assert_memory_equal(made_secret, read_secret, NOTE_SECRET);
	assert_memory_equal(made.public, read.public, NOTE_PUBLIC);
	assert_string_equal(read.name, "a/b");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(notefile_read(path, &read, read_secret), ERR_KEY_OPEN);
	assert_int_equal(chmod(public, 0600), 0);
	assert_int_equal(notefile_read(public, &read, read_secret), ERR_KEY);
	unlink(path);
	unlink(public);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_is_read_again),
		cmocka_unit_test(another_key_counts_for_nothing),
		cmocka_unit_test(no_byte_of_it_can_be_another_one),
		cmocka_unit_test(other_texts_are_no_receipts),
		cmocka_unit_test(a_key_file_is_read_as_it_was_made),
	};

	return cmocka_run_group_tests_name("receipt", tests, make_keys, NULL);
}
