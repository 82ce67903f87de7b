/* SPDX-License-Identifier: ISC */
/*
 * The format is as documented: recordings are taken apart here with libsodium and zstd alone, by what format.h says,
 * without the code that wrote them. A change that breaks this test breaks every recording in somebody's archive.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "lib/record/age.h"
#include "tests/unit/record/studio.h"

struct opened {
	uint8_t		ck[32];
	struct buf	file, tail;
	size_t		first;	/* offset of segment 0 */
};

static void
hmac(const uint8_t key[32], const char *label, uint8_t out[32])
{
	crypto_auth_hmacsha256(out, (const uint8_t *)label, strlen(label), key);
}

/* Decrypts the frame whose 12-byte header is at `head`; fails the test if it is not authentic. */
static size_t
open_frame(const struct opened *o, const uint8_t *head, const char *use, uint32_t segment, uint8_t *plain)
{
	uint8_t ad[32 + 4 + 12], nonce[12] = { 0 }, key[32];
	unsigned long long count;

	hmac(o->ck, use, key);
	memcpy(ad, buf_data(&o->file) + 16, 32);
	rec_put32(ad + 32, segment);
	memcpy(ad + 36, head, 12);
	memcpy(nonce, head + 8, 4);
	assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(plain, &count, NULL, head + 12, rec_get32(head), ad, sizeof ad,
	    nonce, key), 0);
	return (size_t)count;
}

static void
load(struct opened *o, struct studio *st)
{
	struct buf text;
	size_t got;

	buf_init(&o->file, 1 << 20);
	buf_init(&o->tail, 1 << 20);
	buf_init(&text, 4096);
	studio_load(st->rec, &o->file);
	studio_load(st->tail, &o->tail);
	o->first = 128 + rec_get32(buf_data(&o->file) + 60);
	assert_int_equal(age_open(buf_data(&o->file) + 128, o->first - 128, st->ring, &text), 0);
	sodium_hex2bin(o->ck, 32, (const char *)buf_data(&text) + buf_len(&text) - 65, 64, NULL, &got, NULL);
	buf_wipe(&text);
}

static void
done(struct opened *o)
{
	buf_done(&o->file);
	buf_done(&o->tail);
}

static void
the_header_is_as_documented(void **state)
{
	struct studio *st = *state;
	uint8_t key[32], commit[32];
	const uint8_t *head;
	struct opened o;

	studio_record(st);
	load(&o, st);
	head = buf_data(&o.file);
	assert_memory_equal(head, "PSTNREC1\1\0\0\0\0\0\0\0", 16);
	assert_memory_equal(head + 16, st->params.id.bytes, 16);
	assert_true(rec_get64(head + 48) == (uint64_t)st->params.start_wall_us);
	assert_memory_equal(head + 56, "\120\0\30\0", 4);
	hmac(o.ck, "commit", key);
	crypto_auth_hmacsha256(commit, head, 64, key);
	assert_memory_equal(head + 64, commit, 32);
	assert_true(sodium_is_zero(head + 96, 32));
	done(&o);
}

static void
the_tail_is_as_documented(void **state)
{
	static const uint8_t meta[] = "\16\0\20{\"person\":\"ada\"}", hello[] = "\1\xe8\7\5hello";
	struct studio *st = *state;
	uint8_t plain[256];
	struct opened o;
	const uint8_t *at;

	studio_record(st);
	st->now_us = 1000;
	studio_say(st, "hello");
	load(&o, st);
	at = buf_data(&o.tail);
	assert_memory_equal(at, "PSTNTAIL\20\0\0\0\0\0\0\0", 16);
	at += 16;
	assert_memory_equal(at, buf_data(&o.file) + 16, 32);
	assert_memory_equal(at + 32, "\0\0\0\0\43\0\0\0\6\0\0\0\0\0\0\0", 16);	/* segment 0, 35 bytes follow, TAIL, number 0 */
	assert_int_equal(open_frame(&o, at + 36, "tail", 0, plain), sizeof meta - 1);
	assert_memory_equal(plain, meta, sizeof meta - 1);
	at += 48 + sizeof meta - 1 + 16;
	assert_memory_equal(at + 36 + 8, "\1\0\0\0", 4);
	assert_int_equal(open_frame(&o, at + 36, "tail", 0, plain), sizeof hello - 1);
	assert_memory_equal(plain, hello, sizeof hello - 1);
	assert_true(at + 48 + sizeof hello - 1 + 16 == buf_data(&o.tail) + buf_len(&o.tail));
	done(&o);
}

static void
segments_footer_and_trailer_are_as_documented(void **state)
{
	struct studio *st = *state;
	uint8_t plain[512], text[512], next[32];
	uint64_t offset[2];
	size_t at, count;
	struct opened o;

	studio_record(st);
	studio_say(st, "zero");
	assert_int_equal(rec_writer_flush(st->writer, REC_SEGMENT_US), 0);
	st->now_us = 11000000;
	studio_say(st, "one");
	studio_close(st);
	load(&o, st);
	assert_true(buf_len(&o.tail) == 0);
	at = o.first;
	for (uint32_t segment = 0; segment < 2; segment++) {
		const uint8_t *head = buf_data(&o.file) + at;

		offset[segment] = at;
		assert_memory_equal(head, "\60\0\0\0\1\0\0\0\0\0\0\0", 12);
		assert_int_equal(open_frame(&o, head, "seg", segment, plain), 32);
		assert_true(rec_get64(plain) == segment * 11000000u && rec_get64(plain + 8) == segment * 11000000u);
		count = rec_get32(plain + 16);
		at += 12 + 32 + 16 + rec_get64(plain + 24);
		head += 12 + 32 + 16;
		assert_true(head[4] == 2 && head[5] == 1 && rec_get32(head + 8) == 1);
		assert_true(at == (size_t)(head - buf_data(&o.file)) + 12 + rec_get32(head));
		assert_true(ZSTD_decompress(text, sizeof text, plain, open_frame(&o, head, "seg", segment, plain)) == count);
		assert_memory_equal(text + count - 3, segment == 0 ? "ero" : "one", 3);
		hmac(o.ck, "next", next);
		memcpy(o.ck, next, 32);
	}
	assert_true(buf_data(&o.file)[at + 4] == 5);
	assert_int_equal(open_frame(&o, buf_data(&o.file) + at, "seg", 2, plain), 4 + 8 + 2 * 16);
	assert_true(rec_get32(plain) == 2 && rec_get64(plain + 4) == 11000000);
	assert_true(rec_get64(plain + 12) == offset[0] && rec_get64(plain + 20) == 0);
	assert_true(rec_get64(plain + 28) == offset[1] && rec_get64(plain + 36) == 11000000);
	offset[0] = at;
	at += 12 + rec_get32(buf_data(&o.file) + at);
	assert_true(buf_len(&o.file) == at + 32);
	assert_memory_equal(buf_data(&o.file) + at, "PSTNEND1", 8);
	assert_true(rec_get64(buf_data(&o.file) + at + 8) == offset[0]);
	assert_memory_equal(buf_data(&o.file) + at + 16, "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	done(&o);
}

static void
the_index_key_follows_from_the_first_key(void **state)
{
	struct studio *st = *state;
	uint8_t secret[32], public_key[32];
	struct opened o;

	studio_record(st);
	load(&o, st);
	hmac(o.ck, "index", secret);
	crypto_scalarmult_base(public_key, secret);
	assert_memory_equal(public_key, rec_writer_index_public(st->writer), 32);
	done(&o);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, studio_setup, studio_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(the_header_is_as_documented),
		TEST(the_tail_is_as_documented),
		TEST(segments_footer_and_trailer_are_as_documented),
		TEST(the_index_key_follows_from_the_first_key),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
