/* SPDX-License-Identifier: ISC */
/* Envelopes: stock age opens ours, we open stock age's, and nothing that was tampered with. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_we_seal_stock_age_opens, studio_setup, studio_teardown),
		cmocka_unit_test_setup_teardown(what_stock_age_seals_we_open, studio_setup, studio_teardown),
		cmocka_unit_test_setup_teardown(keys_are_the_same_as_age_keygens, studio_setup, studio_teardown),
	};

	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
