/* SPDX-License-Identifier: ISC */
/* Envelopes: stock age opens ours, we open stock age's, and nothing that was tampered with. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <pty.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/record/age.h"
#include "lib/record/header.h"
#include "tests/unit/record/studio.h"

static const size_t sizes[] = { 0, 1, 31, 65535, 65536, 65537, 131072, 1000003 };

/* One more file in the test's directory. */
struct path {
	char	text[112];
};

static struct path
in(const struct studio *st, const char *name)
{
	struct path path;

	snprintf(path.text, sizeof path.text, "%s/%s", st->dir, name);
	return path;
}

static bool
run(const char *format, const char *a, const char *b, const char *c)
{
	char command[768];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(command, sizeof command, format, a, b, c);
#pragma GCC diagnostic pop
	return system(command) == 0;
}

static void
need_stock_age(void)
{
	if (system("command -v age >/dev/null 2>&1 && command -v age-keygen >/dev/null 2>&1") == 0)
		return;
	print_message("# stock age is not installed\n");
	skip();
}

static void
write_identity(const struct studio *st, const uint8_t identity[AGE_KEY], const char *name)
{
	char text[AGE_TEXT + 1];

	age_identity_text(identity, text);
	strcat(text, "\n");
	studio_store(in(st, name).text, text, strlen(text));
}

static void
what_we_seal_stock_age_opens(void **state)
{
	struct studio *st = *state;
	struct age_recipient to[2];
	uint8_t other[AGE_KEY], *noise = own_alloc(1000003);
	struct age_to sealing = { .recipients = to, .recipient_count = 2 };
	struct buf sealed, plain;
	uint32_t seed = 3;

	need_stock_age();
	buf_init(&sealed, 2 << 20);
	buf_init(&plain, 2 << 20);
	age_identity_new(other);
	age_identity_recipient(other, &to[0]);
	age_identity_recipient(st->ring->identity[0], &to[1]);
	write_identity(st, other, "a.key");
	write_identity(st, st->ring->identity[0], "b.key");
	studio_noise(&seed, noise, 1000003);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		buf_clear(&sealed);
		assert_int_equal(age_seal(&sealing, noise, sizes[i], &sealed), 0);
		studio_store(in(st, "file.age").text, buf_data(&sealed), buf_len(&sealed));
		for (const char *key = "ab"; *key != '\0'; key++) {
			char name[] = { *key, '.', 'k', 'e', 'y', '\0' };

			assert_true(run("age -d -i %s >%s %s", in(st, name).text, in(st, "plain").text, in(st, "file.age").text));
			studio_load(in(st, "plain").text, &plain);
			assert_true(buf_len(&plain) == sizes[i]);
			assert_memory_equal(buf_data(&plain), noise, sizes[i]);
		}
	}
	buf_done(&sealed);
	buf_done(&plain);
	free(noise);
}

static void
what_stock_age_seals_we_open(void **state)
{
	struct studio *st = *state;
	struct age_recipient to;
	uint8_t other[AGE_KEY], *noise = own_alloc(1000003);
	struct buf sealed, plain;
	char text[AGE_TEXT];
	uint32_t seed = 4;

	need_stock_age();
	buf_init(&sealed, 2 << 20);
	buf_init(&plain, 2 << 20);
	age_identity_new(other);
	age_identity_recipient(other, &to);
	age_recipient_text(&to, text);
	studio_noise(&seed, noise, 1000003);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct path recipients = in(st, "recipients");
		FILE *file = fopen(recipients.text, "we");

		assert_non_null(file);
		fprintf(file, "%s\n%s\n", text, st->recipient);
		fclose(file);
		studio_store(in(st, "plain").text, noise, sizes[i]);
		assert_true(run("age -R %s -o %s %s", recipients.text, in(st, "file.age").text, in(st, "plain").text));
		studio_load(in(st, "file.age").text, &sealed);
		buf_clear(&plain);
		assert_int_equal(age_open(buf_data(&sealed), buf_len(&sealed), st->ring, &plain), 0);
		assert_true(buf_len(&plain) == sizes[i]);
		assert_memory_equal(buf_data(&plain), noise, sizes[i]);
	}
	buf_done(&sealed);
	buf_done(&plain);
	free(noise);
}

static void
keys_are_the_same_as_age_keygens(void **state)
{
	struct studio *st = *state;
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct age_recipient recipient;
	struct buf text;
	char want[AGE_TEXT + 1];
	bool locked = true;

	need_stock_age();
	buf_init(&text, 4096);
	/* theirs */
	assert_true(run("age-keygen -o %s 2>/dev/null && age-keygen -y %s >%s", in(st, "key").text, in(st, "key").text,
	    in(st, "public").text));
	assert_int_equal(age_ring_add_file(ring, in(st, "key").text, NULL, &locked), 0);
	assert_true(ring->count == 1 && !locked);
	age_identity_recipient(ring->identity[0], &recipient);
	studio_load(in(st, "public").text, &text);
	strcat(age_recipient_text(&recipient, want), "\n");
	assert_true(buf_len(&text) == strlen(want));
	assert_memory_equal(buf_data(&text), want, strlen(want));
	/* ours */
	write_identity(st, st->ring->identity[0], "ours");
	assert_true(run("age-keygen -y %s >%s%s", in(st, "ours").text, in(st, "public").text, ""));
	studio_load(in(st, "public").text, &text);
	assert_memory_equal(buf_data(&text), st->recipient, strlen(st->recipient));
	buf_done(&text);
}

/* Runs stock age in a terminal and types the passphrase each time it asks for one. Its success. */
static bool
type_passphrase(const char *const *argv, const char *passphrase)
{
	char seen[4096];
	size_t have = 0;
	int master, status;
	const char *asked;
	ssize_t n;
	pid_t child;

	child = forkpty(&master, NULL, NULL, NULL);
	assert_true(child >= 0);
	if (child == 0) {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	while (have < sizeof seen - 1 && (n = read(master, seen + have, sizeof seen - 1 - have)) > 0) {
		have += (size_t)n;
		seen[have] = '\0';
		asked = strstr(seen, "passphrase");
		if (asked == NULL || strchr(asked, ':') == NULL)
			continue;
		dprintf(master, "%s\n", passphrase);
		have = 0;
	}
	close(master);
	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
stock_age_opens_what_we_seal_to_a_passphrase(void **state)
{
	struct studio *st = *state;
	struct age_to to = { .passphrase = "correct horse", .log_n = 12 };
	struct path file = in(st, "file.age"), plain = in(st, "plain");
	const char *const argv[] = { "age", "-d", "-o", plain.text, file.text, NULL };
	struct buf sealed, text;

	need_stock_age();
	buf_init(&sealed, 4096);
	buf_init(&text, 4096);
	assert_int_equal(age_seal(&to, "hello", 5, &sealed), 0);
	studio_store(file.text, buf_data(&sealed), buf_len(&sealed));
	assert_true(type_passphrase(argv, to.passphrase));
	studio_load(plain.text, &text);
	assert_true(buf_len(&text) == 5);
	assert_memory_equal(buf_data(&text), "hello", 5);
	buf_done(&sealed);
	buf_done(&text);
}

static void
an_identity_file_under_a_passphrase_opens_with_it(void **state)
{
	struct studio *st = *state;
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct path key = in(st, "a.key"), locked_key = in(st, "locked");
	const char *const argv[] = { "age", "-p", "-o", locked_key.text, key.text, NULL };
	bool locked = false;

	need_stock_age();
	write_identity(st, st->ring->identity[0], "a.key");
	assert_true(type_passphrase(argv, "battery staple"));
	assert_int_equal(age_ring_add_file(ring, locked_key.text, NULL, &locked), ERR_KEY_LOCKED);
	assert_true(locked);
	assert_int_equal(age_ring_add_file(ring, locked_key.text, "battery", NULL), ERR_KEY_PASSPHRASE);
	assert_int_equal(age_ring_add_file(ring, locked_key.text, "battery staple", NULL), 0);
	assert_int_equal(ring->count, 1);
	assert_memory_equal(ring->identity[0], st->ring->identity[0], AGE_KEY);
}

static void
texts_that_are_not_keys_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "age1", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8", "ssh-ed25519 AAAA", "age1pq1qqqq",
		"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q",	/* checksum */
		"agE1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",	/* both cases */
		"AGE-SECRET-KEY-1QQQQ",
	};
	struct studio *st = *state;
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct age_recipient recipient;
	char text[2 * AGE_TEXT];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(age_recipient_parse(bad[i], &recipient), ERR_KEY);
	assert_int_equal(age_recipient_parse("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", &recipient), 0);
	assert_int_equal(age_ring_add_text(ring, "# only a comment\n", 17), ERR_KEY);
	age_identity_text(st->ring->identity[0], text);
	strcat(text, "\nsomething else\n");
	assert_int_equal(age_ring_add_text(ring, text, strlen(text)), ERR_KEY);
	assert_int_equal(ring->count, 0);	/* the good line is not kept either */
}

static void
a_changed_age_file_never_opens(void **state)
{
	struct studio *st = *state;
	struct age_recipient to;
	struct age_to sealing = { .recipients = &to, .recipient_count = 1 };
	struct buf sealed, plain;
	int r;

	buf_init(&sealed, 4096);
	buf_init(&plain, 4096);
	age_identity_recipient(st->ring->identity[0], &to);
	assert_int_equal(age_seal(&sealing, "hello", 5, &sealed), 0);
	for (size_t at = 0; at < buf_len(&sealed); at++) {
		for (uint8_t mask = 1; mask != 0; mask = (uint8_t)(mask << 1)) {
			sealed.bytes[at] ^= mask;
			r = age_open(sealed.bytes, sealed.end, st->ring, &plain);
			assert_true(r == ERR_ENVELOPE || r == ERR_KEY_WRONG);
			assert_true(buf_len(&plain) == 0);
			sealed.bytes[at] ^= mask;
		}
		r = age_open(sealed.bytes, at, st->ring, &plain);
		assert_true(r == ERR_ENVELOPE);
	}
	buf_add(&sealed, "", 1);
	assert_int_equal(age_open(sealed.bytes, sealed.end, st->ring, &plain), ERR_ENVELOPE);
	assert_int_equal(age_open(sealed.bytes, sealed.end - 1, st->ring, &plain), 0);
	buf_done(&sealed);
	buf_done(&plain);
}

static void
stock_age_opens_a_recordings_envelope(void **state)
{
	struct studio *st = *state;
	struct path key = in(st, "a.key"), file = in(st, "file.age"), plain = in(st, "plain");
	char want[192] = "postern key v1\nfile ";
	struct buf recording, text;

	need_stock_age();
	buf_init(&recording, 1 << 20);
	buf_init(&text, 4096);
	write_identity(st, st->ring->identity[0], "a.key");
	studio_record(st);
	studio_say(st, "x");
	studio_close(st);
	studio_load(st->rec, &recording);
	studio_store(file.text, buf_data(&recording) + REC_HEADER, rec_get32(buf_data(&recording) + 60));
	assert_true(run("age -d -i %s %s >%s", key.text, file.text, plain.text));
	studio_load(plain.text, &text);
	id_hex(buf_data(&recording) + 16, REC_FILE_ID, want + strlen(want));
	strcat(want, "\nsegment 0\nck ");
	assert_true(buf_len(&text) == strlen(want) + 65);
	assert_memory_equal(buf_data(&text), want, strlen(want));
	buf_done(&recording);
	buf_done(&text);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, studio_setup, studio_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(what_we_seal_stock_age_opens),
		TEST(what_stock_age_seals_we_open),
		TEST(keys_are_the_same_as_age_keygens),
		TEST(stock_age_opens_what_we_seal_to_a_passphrase),
		TEST(an_identity_file_under_a_passphrase_opens_with_it),
		TEST(texts_that_are_not_keys_are_refused),
		TEST(a_changed_age_file_never_opens),
		TEST(stock_age_opens_a_recordings_envelope),
	};

	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
