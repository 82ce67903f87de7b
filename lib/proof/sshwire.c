/* SPDX-License-Identifier: ISC */
/* Reading and writing OpenSSH's encoding. */
#include "config.h"

#include <endian.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/proof/sshwire.h"

/* The next `count` bytes, or NULL. */
static const uint8_t *
take(struct sshwire *wire, size_t count)
{
	const uint8_t *bytes = wire->at;

	if (wire->is_short || wire->count < count) {
		wire->is_short = true;
		return NULL;
	}
	wire->at += count;
	wire->count -= count;
	return bytes;
}

uint8_t
sshwire_u8(struct sshwire *wire)
{
	const uint8_t *byte = take(wire, 1);

	return byte != NULL ? *byte : 0;
}

uint32_t
sshwire_u32(struct sshwire *wire)
{
	const uint8_t *bytes = take(wire, 4);
	uint32_t value;

	if (bytes == NULL)
		return 0;
	memcpy(&value, bytes, sizeof value);
	return be32toh(value);
}

struct sshwire_string
sshwire_string(struct sshwire *wire)
{
	size_t count = sshwire_u32(wire);
	const uint8_t *bytes = take(wire, count);

	return bytes != NULL ? (struct sshwire_string){ bytes, count } : (struct sshwire_string){ (const uint8_t *)"", 0 };
}

bool
sshwire_is(struct sshwire_string string, const char *text)
{
	return string.count == strlen(text) && memcmp(string.bytes, text, string.count) == 0;
}

bool
sshwire_is_done(const struct sshwire *wire)
{
	return !wire->is_short && wire->count == 0;
}

int
sshwire_put_u32(struct buf *out, uint32_t value)
{
	uint32_t big = htobe32(value);

	return buf_add(out, &big, sizeof big);
}

int
sshwire_put(struct buf *out, const void *bytes, size_t count)
{
	if (buf_room(out) < count + 4)
		return ERR_BUF_FULL;
	(void)sshwire_put_u32(out, (uint32_t)count);
	return buf_add(out, bytes, count);
}

int
sshwire_put_text(struct buf *out, const char *text)
{
	return sshwire_put(out, text, strlen(text));
}
