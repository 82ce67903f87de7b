/* SPDX-License-Identifier: ISC */
/* Keys that sign notes, read and made. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/proof/notefile.h"

#define SEED		32
#define PRIVATE		"PRIVATE+KEY+"
#define KEY_MOST	1024	/* longest key file */
#define B64		sodium_base64_VARIANT_ORIGINAL

static int
use_seed(const char *name, const uint8_t seed[SEED], struct note_key *key, uint8_t secret[NOTE_SECRET])
{
	uint8_t public[NOTE_PUBLIC];

	crypto_sign_seed_keypair(public, secret, seed);
	return note_key_make(name, NOTE_ED25519, public, key);
}

/* The name may hold anything but '+'. */
static int
parse_key(char *text, struct note_key *key, uint8_t secret[NOTE_SECRET])
{
	uint8_t bytes[1 + SEED];
	char *name, *id, *body;
	size_t count;
	int r;

	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, PRIVATE, sizeof PRIVATE - 1) != 0)
		return ERR_KEY;
	name = text + sizeof PRIVATE - 1;
	id = strchr(name, '+');
	body = id != NULL ? strchr(id + 1, '+') : NULL;
	if (body == NULL)
		return ERR_KEY;
	*id = '\0';
	r = sodium_base642bin(bytes, sizeof bytes, body + 1, strlen(body + 1), NULL, &count, NULL, B64);
	r = r == 0 && count == sizeof bytes && bytes[0] == NOTE_ED25519 ? use_seed(name, bytes + 1, key, secret) : ERR_KEY;
	sodium_memzero(bytes, sizeof bytes);
	return r;
}

int
notefile_take(int fd, struct note_key *key, uint8_t secret[NOTE_SECRET])
{
	char text[KEY_MOST + 1] = "";
	ssize_t count = fdio_pread(fd, text, KEY_MOST, 0);
	int r = count < 0 ? (int)count : parse_key(text, key, secret);

	sodium_memzero(text, sizeof text);
	return r;
}

int
notefile_read(const char *path, struct note_key *key, uint8_t secret[NOTE_SECRET])
{
	AUTO_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	AUTO_FREE char *text = NULL;
	struct stat is;
	size_t count;
	int r;

	if (fd < 0 || fstat(fd, &is) < 0)
		return -errno;
	if ((is.st_mode & 077) != 0)
		return ERR_KEY_OPEN;
	r = fdio_slurp(fd, KEY_MOST, &text, &count);
	if (r < 0)
		return r;
	r = parse_key(text, key, secret);
	sodium_memzero(text, count);
	return r;
}

int
notefile_make(const char *path, const char *public_path, const char *name, struct note_key *key, uint8_t secret[NOTE_SECRET])
{
	uint8_t bytes[1 + SEED] = { NOTE_ED25519 };
	char body[sodium_base64_ENCODED_LEN(sizeof bytes, B64)], id[9], line[KEY_MOST], public[NOTE_VKEY + 1];
	int r;

	randombytes_buf(bytes + 1, SEED);
	r = use_seed(name, bytes + 1, key, secret);
	if (r < 0)
		return r;
	sodium_bin2base64(body, sizeof body, bytes, sizeof bytes, B64);
	sodium_bin2hex(id, sizeof id, key->id, sizeof key->id);
	snprintf(line, sizeof line, PRIVATE "%s+%s+%s\n", name, id, body);
	note_key_print(key, public);
	strncat(public, "\n", 2);
	r = fdio_replace(path, 0600, line, strlen(line));
	if (r == 0)
		r = fdio_replace(public_path, 0644, public, strlen(public));
	sodium_memzero(bytes, sizeof bytes);
	sodium_memzero(body, sizeof body);
	sodium_memzero(line, sizeof line);
	return r;
}
