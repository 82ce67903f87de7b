/* SPDX-License-Identifier: ISC */
/*
 * SFTP from both sides. The input is a row of steps: a byte whose lowest bit says who speaks (client, server) and whose
 * second that a packet's length is put before what follows, a length, and as many bytes. However the bytes are cut into
 * pieces the same is told, and the same is a fault.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/secret.h"
#include "recorder/worker/sftp.h"
#include "tests/fuzz/fuzz.h"

#define SERVER	1u
#define FRAMED	2u

/* What was told so far, as one hash. */
struct heard {
	crypto_hash_sha256_state	told;
	struct sftp			*sftp;
	size_t				piece;	/* most bytes at a time */
	uint64_t			given;	/* bytes of either side: nobody moves more */
	int				fault;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
add(struct heard *heard, const void *bytes, size_t count)
{
	crypto_hash_sha256_update(&heard->told, bytes, count);
}

static void
add_name(struct heard *heard, const char *name)
{
	if (name != NULL)
		add(heard, name, strlen(name) + 1);
}

static void
on_news(void *user, const struct sftp_news *news)
{
	struct heard *heard = user;
	const uint8_t marks[] = { (uint8_t)news->act, news->failed, news->cut, news->sha256 != NULL };

	must(news->act < SFTP_ACTS && sftp_act_names[news->act] != NULL && news->path != NULL);
	must(news->bytes <= heard->given);
	must(news->bytes == 0 || news->act == SFTP_UPLOAD || news->act == SFTP_DOWNLOAD);
	add(heard, marks, sizeof marks);
	add(heard, &news->bytes, sizeof news->bytes);
	add_name(heard, news->path);
	add_name(heard, news->other);
	if (news->sha256 != NULL)
		add(heard, news->sha256, SECRET_SHA256);
}

/* Nothing after a fault, as in a session. */
static void
hear(struct heard *heard, bool is_server, const uint8_t *bytes, size_t count)
{
	heard->given += count;
	while (count > 0 && heard->fault == 0) {
		size_t now = count < heard->piece ? count : heard->piece;

		heard->fault = sftp_hear(heard->sftp, is_server, bytes, now);
		bytes += now;
		count -= now;
	}
}

static void
run(const uint8_t *bytes, size_t count, size_t piece, uint8_t told[SECRET_SHA256])
{
	struct heard heard = { .piece = piece };

	crypto_hash_sha256_init(&heard.told);
	heard.sftp = sftp_new(on_news, &heard);
	while (count >= 2) {
		size_t length = bytes[1] < count - 2 ? bytes[1] : count - 2;
		const uint8_t before[] = { 0, 0, 0, (uint8_t)length };
		bool is_server = (bytes[0] & SERVER) != 0;

		if ((bytes[0] & FRAMED) != 0)
			hear(&heard, is_server, before, sizeof before);
		hear(&heard, is_server, bytes + 2, length);
		bytes += 2 + length;
		count -= 2 + length;
	}
	sftp_end(heard.sftp);
	sftp_free(heard.sftp);
	add(&heard, &heard.fault, sizeof heard.fault);
	crypto_hash_sha256_final(&heard.told, told);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	uint8_t whole[SECRET_SHA256], pieces[SECRET_SHA256];

	run(bytes, count, SIZE_MAX, whole);
	run(bytes, count, 1, pieces);
	must(memcmp(whole, pieces, sizeof whole) == 0);
	return 0;
}
