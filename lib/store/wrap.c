/* SPDX-License-Identifier: ISC */
/* Keys that wrap the key slots: read, written down, applied. */
#include "config.h"

#include <endian.h>
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
#include "lib/base/place.h"
#include "lib/store/slots.h"
#include "lib/store/wrap.h"

#define WORD		"postern-slots-key-1 "
#define LABEL_ID	"postern slots key id"
#define LABEL_SLOT	"postern slot v1"
#define FILE_MOST	2048	/* less than a pipe takes at once */

enum { LABEL_BYTES = sizeof LABEL_SLOT - 1, SLOT_BYTES = 4 + 2 + 8 };

static void
make_id(struct wrap *wrap)
{
	uint8_t hash[SECRET_SHA256];

	secret_hmac(wrap->key, SECRET_KEY, LABEL_ID, sizeof LABEL_ID - 1, hash);
	memcpy(wrap->id, hash, WRAP_ID);
}

void
wrap_new(struct wrap *wrap)
{
	randombytes_buf(wrap->key, SECRET_KEY);
	make_id(wrap);
}

char *
wrap_id_text(const uint8_t id[WRAP_ID], char text[WRAP_ID_TEXT])
{
	return sodium_bin2hex(text, WRAP_ID_TEXT, id, WRAP_ID);
}

void
wrap_text(const struct wrap *wrap, char text[WRAP_TEXT])
{
	char id[WRAP_ID_TEXT], key[2 * SECRET_KEY + 1];

	snprintf(text, WRAP_TEXT, WORD "%s %s\n", wrap_id_text(wrap->id, id), sodium_bin2hex(key, sizeof key, wrap->key, SECRET_KEY));
	sodium_memzero(key, sizeof key);
}

void
wrap_apply(const struct wrap *wrap, const struct slot *slot, uint8_t *key)
{
	uint32_t unit = htobe32(slot->unit);
	uint16_t class = htobe16(slot->class);
	uint64_t created = htobe64((uint64_t)slot->created_ms);
	uint8_t label[LABEL_BYTES + SLOT_BYTES], pad[SECRET_SHA256];

	memcpy(label, LABEL_SLOT, LABEL_BYTES);
	memcpy(label + LABEL_BYTES, &unit, sizeof unit);
	memcpy(label + LABEL_BYTES + 4, &class, sizeof class);
	memcpy(label + LABEL_BYTES + 6, &created, sizeof created);
	secret_hmac(wrap->key, SECRET_KEY, label, sizeof label, pad);
	for (size_t i = 0; i < SECRET_KEY; i++)
		key[i] ^= pad[i];
	sodium_memzero(pad, sizeof pad);
}

const struct wrap *
wraps_find(const struct wraps *wraps, const uint8_t id[WRAP_ID])
{
	for (unsigned i = 0; wraps != NULL && i < wraps->count; i++)
		if (memcmp(wraps->keys[i].id, id, WRAP_ID) == 0)
			return &wraps->keys[i];
	return NULL;
}

/* ---- in writing ---- */

/* "WORD ID KEY", `count` bytes long. The same key twice is one. */
static int
parse_line(struct wraps *wraps, const char *line, size_t count)
{
	const size_t id_at = sizeof WORD - 1, key_at = id_at + 2 * WRAP_ID + 1;
	AUTO_SECRET struct wrap *wrap = secret_new(sizeof *wrap);
	uint8_t id[WRAP_ID];
	size_t bytes;

	if (count != key_at + 2 * SECRET_KEY || memcmp(line, WORD, id_at) != 0 || line[key_at - 1] != ' ' ||
	    sodium_hex2bin(id, sizeof id, line + id_at, 2 * WRAP_ID, NULL, &bytes, NULL) != 0 || bytes != sizeof id ||
	    sodium_hex2bin(wrap->key, SECRET_KEY, line + key_at, 2 * SECRET_KEY, NULL, &bytes, NULL) != 0 || bytes != SECRET_KEY)
		return ERR_WRAP_KEY;
	make_id(wrap);
	if (memcmp(id, wrap->id, sizeof id) != 0)
		return ERR_WRAP_KEY;
	if (wraps_find(wraps, id) != NULL)
		return 0;
	if (wraps->count == sizeof wraps->keys / sizeof wraps->keys[0])
		return ERR_WRAP_KEY;
	wraps->keys[wraps->count++] = *wrap;
	return 0;
}

int
wraps_parse(struct wraps *wraps, const char *text)
{
	int r = 0;

	while (r == 0 && *text != '\0') {
		size_t count = strcspn(text, "\n"), end = count;

		while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\r'))
			end--;
		if (end > 0 && text[0] != '#')
			r = parse_line(wraps, text, end);
		text += count + (text[count] == '\n');
	}
	return r;
}

int
wraps_take(struct wraps *wraps, int fd)
{
	AUTO_SECRET char *text = secret_new(FILE_MOST);
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, text + used, FILE_MOST - 1 - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used += (size_t)n;
		if (used == FILE_MOST - 1)
			return ERR_WRAP_KEY;
	}
	return wraps_parse(wraps, text);
}

/* systemd may let a group in by an access list, which shows up as the group's right to read. */
int
wraps_read(struct wraps *wraps, const char *path)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	unsigned before = wraps->count;
	struct stat status;
	int r;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (S_ISREG(status.st_mode) && (status.st_mode & 027) != 0)
		return ERR_KEY_OPEN;
	r = wraps_take(wraps, fd);
	return r == 0 && wraps->count == before && before == 0 ? ERR_WRAP_KEY : r;
}

int
wraps_load(struct wraps *wraps, const char *folder)
{
	AUTO_FREE char *now = folder != NULL ? place_path(folder, WRAP_CREDENTIAL, NULL) : NULL;
	AUTO_FREE char *old = folder != NULL ? place_path(folder, WRAP_CREDENTIAL_OLD, NULL) : NULL;
	int r = now != NULL ? wraps_read(wraps, now) : 0;
	bool has_now = r == 0 && wraps->count > 0;

	if (r < 0 && r != -ENOENT)
		return r;
	r = old != NULL ? wraps_read(wraps, old) : 0;
	if (r == -ENOENT)
		return 0;
	return r == 0 && old != NULL && !has_now ? ERR_WRAP_OLD : r;
}

int
wraps_pipe(const struct wraps *wraps)
{
	AUTO_SECRET char *text = secret_new(WRAP_TEXT);
	AUTO_FD int from = -1;
	AUTO_FD int to = -1;
	int ends[2], r = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	from = ends[0];
	to = ends[1];
	for (unsigned i = 0; r == 0 && i < wraps->count; i++) {
		wrap_text(&wraps->keys[i], text);
		r = fdio_write(to, text, strlen(text));
	}
	return r < 0 ? r : TAKE(from, -1);
}
