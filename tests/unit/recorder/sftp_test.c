/* SPDX-License-Identifier: ISC */
/* What is heard of SFTP: files with their hashes; and whatever would pass under a wrong name is a fault. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/secret.h"
#include "recorder/worker/sftp.h"
#include "recorder/worker/sftp_packet.h"

/* One packet: 'u' a number, 'U' one of 64 bits, 's' a text. */
static void
say(struct buf *out, uint8_t type, const char *shape, ...)
{
	struct buf body = { .max = 65536 };
	va_list args;
	size_t count;

	va_start(args, shape);
	for (; *shape != '\0'; shape++) {
		const char *text = *shape == 's' ? va_arg(args, const char *) : NULL;
		uint64_t number = text != NULL ? strlen(text) : *shape == 'u' ? va_arg(args, unsigned) : va_arg(args, uint64_t);

		for (int at = *shape == 'U' ? 56 : 24; at >= 0; at -= 8)
			assert_int_equal(buf_add(&body, &(uint8_t){ (uint8_t)(number >> at) }, 1), 0);
		if (text != NULL)
			assert_int_equal(buf_add_text(&body, text), 0);
	}
	va_end(args);
	count = buf_len(&body) + 1;
	for (int at = 24; at >= 0; at -= 8)
		assert_int_equal(buf_add(out, &(uint8_t){ (uint8_t)(count >> at) }, 1), 0);
	assert_int_equal(buf_add(out, &type, 1), 0);
	assert_int_equal(buf_add(out, buf_data(&body), buf_len(&body)), 0);
	buf_done(&body);
}

static void
on_news(void *user, const struct sftp_news *news)
{
	char hex[2 * SECRET_SHA256 + 1] = "-";

	if (news->sha256 != NULL)
		id_hex(news->sha256, SECRET_SHA256, hex);
	hex[8] = '\0';
	assert_int_equal(buf_addf(user, "%s%s %s %s %llu %s%s\n", news->failed ? "failed " : "", sftp_act_names[news->act], news->path,
	    news->other != NULL ? news->other : "", (unsigned long long)news->bytes, hex, news->cut ? " cut" : ""), 0);
}

struct talk {
	struct sftp	*sftp;
	struct buf	 told;
};

static int
setup(void **state)
{
	struct talk *talk = calloc(1, sizeof *talk);

	assert_non_null(talk);
	buf_init(&talk->told, 65536);
	talk->sftp = sftp_new(on_news, &talk->told);
	*state = talk;
	return 0;
}

static int
teardown(void **state)
{
	struct talk *talk = *state;

	sftp_free(talk->sftp);
	buf_done(&talk->told);
	free(talk);
	return 0;
}

/* Byte by byte, as a hostile network would. */
static int
hear(struct talk *talk, bool is_server, struct buf *packet)
{
	int r = 0;

	for (size_t i = 0; i < buf_len(packet) && r == 0; i++)
		r = sftp_hear(talk->sftp, is_server, buf_data(packet) + i, 1);
	buf_done(packet);
	*packet = (struct buf){ .max = 65536 };
	return r;
}

#define CLIENT(...)	(say(&packet, __VA_ARGS__), hear(talk, false, &packet))
#define SERVER(...)	(say(&packet, __VA_ARGS__), hear(talk, true, &packet))

static void
tells(struct talk *talk, const char *words)
{
	char *text = buf_text(&talk->told);

	assert_string_equal(text, words);
	free(text);
	buf_clear(&talk->told);
}

static void
begin(struct talk *talk)
{
	struct buf packet = { .max = 65536 };

	assert_int_equal(CLIENT(SFTP_INIT, "u", 3u), 0);
	assert_int_equal(SERVER(SFTP_VERSION, "u", 3u), 0);
}

static void
open_file(struct talk *talk, const char *name, unsigned flags)
{
	struct buf packet = { .max = 65536 };

	assert_int_equal(CLIENT(SFTP_OPEN, "usuu", 1u, name, flags, 0u), 0);
	assert_int_equal(SERVER(SFTP_HANDLE, "us", 1u, "h"), 0);
}

static void
files_are_told_with_size_and_hash(void **state)
{
	struct talk *talk = *state;
	struct buf packet = { .max = 65536 };

	begin(talk);
	open_file(talk, "/a", 26);
	assert_int_equal(CLIENT(SFTP_WRITE, "usUs", 2u, "h", UINT64_C(0), "ab"), 0);
	assert_int_equal(CLIENT(SFTP_WRITE, "usUs", 3u, "h", UINT64_C(2), "c"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 2u, 0u, "", ""), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 3u, 0u, "", ""), 0);
	assert_int_equal(CLIENT(SFTP_CLOSE, "us", 4u, "h"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 4u, 0u, "", ""), 0);
	tells(talk, "uploaded /a  3 ba7816bf\n");	/* FIPS 180's example */
	open_file(talk, "/b", 1);
	assert_int_equal(CLIENT(SFTP_READ, "usUu", 5u, "h", UINT64_C(0), 9u), 0);
	assert_int_equal(SERVER(SFTP_DATA, "us", 5u, "abc"), 0);
	assert_int_equal(CLIENT(SFTP_READ, "usUu", 6u, "h", UINT64_C(3), 9u), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 6u, 1u, "", ""), 0);
	sftp_end(talk->sftp);
	tells(talk, "downloaded /b  3 ba7816bf cut\n");
}

static void
pieces_have_no_hash_and_refusals_are_told(void **state)
{
	struct talk *talk = *state;
	struct buf packet = { .max = 65536 };

	begin(talk);
	open_file(talk, "/a", 2);
	assert_int_equal(CLIENT(SFTP_WRITE, "usUs", 2u, "h", UINT64_C(7), "abc"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 2u, 4u, "", ""), 0);
	assert_int_equal(CLIENT(SFTP_CLOSE, "us", 4u, "h"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 4u, 0u, "", ""), 0);
	tells(talk, "failed uploaded /a  3 -\n");
	open_file(talk, "/log", 6);
	assert_int_equal(CLIENT(SFTP_WRITE, "usUs", 2u, "h", UINT64_C(0), "abc"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 2u, 0u, "", ""), 0);
	assert_int_equal(CLIENT(SFTP_CLOSE, "us", 4u, "h"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 4u, 0u, "", ""), 0);
	tells(talk, "uploaded /log  3 -\n");	/* appended */
	assert_int_equal(CLIENT(SFTP_RENAME_FILE, "uss", 5u, "/x", "/y"), 0);
	assert_int_equal(CLIENT(SFTP_EXTENDED, "usss", 6u, "posix-rename@openssh.com", "/y", "/z"), 0);
	assert_int_equal(CLIENT(SFTP_REMOVE_FILE, "us", 7u, "/z"), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 5u, 0u, "", ""), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 6u, 0u, "", ""), 0);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 7u, 3u, "", ""), 0);
	tells(talk, "renamed /x /y 0 -\nrenamed /y /z 0 -\nfailed removed /z  0 -\n");
}

static void
a_handle_that_is_not_given_is_a_fault(void **state)
{
	struct talk *talk = *state;
	struct buf packet = { .max = 65536 };

	begin(talk);
	assert_int_equal(CLIENT(SFTP_OPEN, "usuu", 1u, "/a", 26u, 0u), 0);
	assert_int_equal(CLIENT(SFTP_WRITE, "usUs", 2u, "h", UINT64_C(0), "ab"), ERR_MSG_REFUSED);
}

static void
a_handle_that_is_being_closed_is_a_fault(void **state)
{
	struct talk *talk = *state;
	struct buf packet = { .max = 65536 };

	begin(talk);
	open_file(talk, "/a", 26);
	assert_int_equal(CLIENT(SFTP_CLOSE, "us", 2u, "h"), 0);
	assert_int_equal(CLIENT(SFTP_OPEN, "usuu", 3u, "/b", 26u, 0u), 0);
	assert_int_equal(CLIENT(SFTP_WRITE, "usUs", 4u, "h", UINT64_C(0), "ab"), ERR_MSG_REFUSED);
}

static void
what_is_no_sftp_is_a_fault(void **state)
{
	struct talk *talk = *state;
	struct buf packet = { .max = 65536 };

	assert_int_equal(sftp_hear(talk->sftp, false, (const uint8_t *)"hello", 5), ERR_MSG_LENGTH);
	sftp_free(talk->sftp);
	talk->sftp = sftp_new(on_news, &talk->told);
	begin(talk);
	assert_int_equal(SERVER(SFTP_STATUS, "uuss", 1u, 0u, "", ""), ERR_MSG_REFUSED);	/* nobody asked */
	assert_int_equal(CLIENT(99, "u", 1u), ERR_MSG_UNKNOWN);
	assert_int_equal(CLIENT(SFTP_OPEN, "uu", 1u, 4000u), ERR_MSG_SHORT);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_told_with_size_and_hash),
		TEST(pieces_have_no_hash_and_refusals_are_told),
		TEST(a_handle_that_is_not_given_is_a_fault),
		TEST(a_handle_that_is_being_closed_is_a_fault),
		TEST(what_is_no_sftp_is_a_fault),
	};

	return cmocka_run_group_tests_name("sftp", tests, NULL, NULL);
}
