/* SPDX-License-Identifier: ISC */
/* Fields of SFTP packets: numbers are big-endian, strings have their length before them. */
#include "config.h"

#include <endian.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/worker/sftp_packet.h"

bool
sftp_packet_is_request(uint8_t type)
{
	return type == SFTP_INIT || (type >= SFTP_OPEN && type <= SFTP_SYMLINK_FILE) || type == SFTP_EXTENDED;
}

static int
take(struct sftp_packet *packet, void *to, size_t count)
{
	if (packet->count < count)
		return ERR_MSG_SHORT;
	memcpy(to, packet->at, count);
	packet->at += count;
	packet->count -= count;
	return 0;
}

int
sftp_packet_u32(struct sftp_packet *packet, uint32_t *number)
{
	uint32_t big;
	int r = take(packet, &big, sizeof big);

	if (r == 0)
		*number = be32toh(big);
	return r;
}

int
sftp_packet_u64(struct sftp_packet *packet, uint64_t *number)
{
	uint64_t big;
	int r = take(packet, &big, sizeof big);

	if (r == 0)
		*number = be64toh(big);
	return r;
}

int
sftp_packet_bytes(struct sftp_packet *packet, const uint8_t **bytes, size_t *count)
{
	uint32_t length;
	int r = sftp_packet_u32(packet, &length);

	if (r < 0 || packet->count < length)
		return r < 0 ? r : ERR_MSG_SHORT;
	*bytes = packet->at;
	*count = length;
	packet->at += length;
	packet->count -= length;
	return 0;
}

int
sftp_packet_text(struct sftp_packet *packet, char **text)
{
	const uint8_t *bytes;
	size_t count;
	int r = sftp_packet_bytes(packet, &bytes, &count);

	if (r < 0 || memchr(bytes, '\0', count) != NULL)
		return r < 0 ? r : ERR_MSG_TEXT;
	*text = own_alloc(count + 1);
	memcpy(*text, bytes, count);
	return 0;
}
