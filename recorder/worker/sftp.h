/* SPDX-License-Identifier: ISC */
/*
 * Listens to the SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02 and OpenSSH's extensions), between a client and
 * OpenSSH's sftp-server, and tells what became of files. It changes no byte and keeps none of their content. The server
 * answers in the order of the requests, so an answer is that of the oldest one; anything else is a fault.
 */
#ifndef POSTERN_RECORDER_WORKER_SFTP_H
#define POSTERN_RECORDER_WORKER_SFTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sftp;

enum sftp_act {
	SFTP_UPLOAD, SFTP_DOWNLOAD, SFTP_REMOVE, SFTP_RENAME, SFTP_MAKE_DIR, SFTP_REMOVE_DIR, SFTP_LINK, SFTP_SYMLINK,
	SFTP_ATTRIBUTES, SFTP_COPY, SFTP_LIST, SFTP_ACTS
};

extern const char *const sftp_act_names[SFTP_ACTS];	/* "uploaded", "downloaded", ... */

/* Something done to a file, borrowed; names are any bytes but NUL, as the client wrote them. */
struct sftp_news {
	enum sftp_act	 act;
	const char	*path, *other;	/* other: the second name; NULL if there is none */
	uint64_t	 bytes;		/* moved; for uploads and downloads */
	const uint8_t	*sha256;	/* of those, if they came in order from the beginning of the file; else NULL */
	bool		 failed;	/* the server refused it, or a part of it */
	bool		 cut;		/* the session ended before the file was closed */
};

struct sftp	*sftp_new(void (*tell)(void *user, const struct sftp_news *news), void *user);
void		 sftp_free(struct sftp *sftp);

/* Bytes of the client, or of the server, in their order. 0, or ERR_MSG_LENGTH, ERR_MSG_UNKNOWN, ERR_MSG_REFUSED: no SFTP. */
int		 sftp_hear(struct sftp *sftp, bool is_server, const uint8_t *bytes, size_t count);

/* Nothing more comes: tells of files that are open still. */
void		 sftp_end(struct sftp *sftp);

#endif
