/* SPDX-License-Identifier: ISC */
/* The fields of an SFTP packet, and its types: numbers and flags as in draft-ietf-secsh-filexfer-02. */
#ifndef POSTERN_RECORDER_WORKER_SFTP_PACKET_H
#define POSTERN_RECORDER_WORKER_SFTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sftp_type {
	SFTP_INIT = 1, SFTP_VERSION, SFTP_OPEN, SFTP_CLOSE, SFTP_READ, SFTP_WRITE, SFTP_LSTAT, SFTP_FSTAT, SFTP_SETSTAT,
	SFTP_FSETSTAT, SFTP_OPENDIR, SFTP_READDIR, SFTP_REMOVE_FILE, SFTP_MKDIR, SFTP_RMDIR, SFTP_REALPATH, SFTP_STAT,
	SFTP_RENAME_FILE, SFTP_READLINK, SFTP_SYMLINK_FILE,
	SFTP_STATUS = 101, SFTP_HANDLE, SFTP_DATA, SFTP_NAME, SFTP_ATTRS,
	SFTP_EXTENDED = 200, SFTP_EXTENDED_REPLY
};

enum { SFTP_FLAG_WRITE = 2, SFTP_FLAG_APPEND = 4, SFTP_FLAG_CREATE = 8, SFTP_FLAG_TRUNCATE = 16 };	/* of SFTP_OPEN */

#define SFTP_STATUS_EOF	1u

bool	sftp_packet_is_request(uint8_t type);

/* What is left of a packet. */
struct sftp_packet {
	const uint8_t	*at;
	size_t		 count;
};

/* Each takes one field off the front: 0, or ERR_MSG_SHORT. */
int	sftp_packet_u32(struct sftp_packet *packet, uint32_t *number);
int	sftp_packet_u64(struct sftp_packet *packet, uint64_t *number);
int	sftp_packet_bytes(struct sftp_packet *packet, const uint8_t **bytes, size_t *count);	/* borrowed */
int	sftp_packet_text(struct sftp_packet *packet, char **text);	/* the caller frees; ERR_MSG_TEXT if there is a NUL in it */

#endif
