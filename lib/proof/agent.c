/* SPDX-License-Identifier: ISC */
/* ssh-agent as a client. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/proof/agent.h"
#include "lib/proof/sshwire.h"

#define ANSWER_MOST	(256u * 1024)	/* as OpenSSH's own */
#define WAIT_S		60		/* for a finger on a key */

enum { ASK_LIST = 11, SAY_LIST = 12, ASK_SIGN = 13, SAY_SIGNED = 14, SAY_FAILURE = 5 };

int
agent_open(const char *path)
{
	const struct timeval wait = { .tv_sec = WAIT_S };
	int fd;

	if (path == NULL)
		path = getenv("SSH_AUTH_SOCK");
	if (path == NULL || path[0] == '\0')
		return -ENOENT;
	fd = fdio_connect(path);
	if (fd < 0)
		return fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	return fd;
}

/* Sends `question` and reads the answer, whose first byte must be `expected`. */
static int
ask(int fd, const struct buf *question, uint8_t expected, struct buf *answer)
{
	AUTO_BUF struct buf frame = { .max = ANSWER_MOST };
	struct sshwire head;
	uint8_t length[4], *to;
	size_t count;
	int r;

	r = sshwire_put(&frame, buf_data(question), buf_len(question));
	if (r == 0)
		r = fdio_write(fd, buf_data(&frame), buf_len(&frame));
	if (r == 0)
		r = fdio_read(fd, length, sizeof length);
	if (r < 0)
		return r;
	head = (struct sshwire){ .at = length, .count = sizeof length };
	count = sshwire_u32(&head);
	to = count > 0 && count <= ANSWER_MOST ? buf_reserve(answer, count) : NULL;
	if (to == NULL)
		return ERR_MSG_LENGTH;
	r = fdio_read(fd, to, count);
	if (r < 0)
		return r;
	buf_commit(answer, count);
	if (to[0] == SAY_FAILURE)
		return ERR_AGENT;
	return to[0] == expected ? 0 : ERR_MSG_UNKNOWN;
}

int
agent_list(int fd, struct agent_keys *keys)
{
	AUTO_BUF struct buf question = { .max = 16 }, answer = { .max = ANSWER_MOST };
	const uint8_t kind = ASK_LIST;
	struct sshwire wire;
	uint32_t count;
	int r;

	keys->count = 0;
	r = buf_add(&question, &kind, 1);
	if (r == 0)
		r = ask(fd, &question, SAY_LIST, &answer);
	if (r < 0)
		return r;
	wire = (struct sshwire){ .at = buf_data(&answer) + 1, .count = buf_len(&answer) - 1 };
	count = sshwire_u32(&wire);
	for (uint32_t i = 0; i < count && !wire.is_short && keys->count < AGENT_KEYS; i++) {
		struct sshwire_string blob = sshwire_string(&wire);

		(void)sshwire_string(&wire);	/* its comment */
		if (!wire.is_short && sshsig_key_read(blob.bytes, blob.count, &keys->items[keys->count]) == 0)
			keys->count++;
	}
	return wire.is_short ? ERR_MSG_SHORT : 0;
}

static int
make_question(const struct sshsig_key *key, const struct sshsig_message *message, struct buf *question)
{
	AUTO_BUF struct buf blob = { .max = SSHSIG_KEY_TEXT }, bytes = { .max = 1024 };
	const uint8_t kind = ASK_SIGN;
	int r = sshsig_key_make(key, &blob);

	if (r == 0)
		r = sshsig_to_sign(message, &bytes);
	if (r == 0)
		r = buf_add(question, &kind, 1);
	if (r == 0)
		r = sshwire_put(question, buf_data(&blob), buf_len(&blob));
	if (r == 0)
		r = sshwire_put(question, buf_data(&bytes), buf_len(&bytes));
	return r < 0 ? r : sshwire_put_u32(question, 0);
}

int
agent_sign(int fd, const struct sshsig_key *key, const struct sshsig_message *message, struct buf *blob)
{
	AUTO_BUF struct buf question = { .max = 4096 }, answer = { .max = ANSWER_MOST }, signature = { .max = SSHSIG_BLOB_MOST };
	struct sshwire_string inner;
	struct sshsig_signed signer;
	struct sshwire wire;
	int r;

	r = make_question(key, message, &question);
	if (r == 0)
		r = ask(fd, &question, SAY_SIGNED, &answer);
	if (r < 0)
		return r;
	wire = (struct sshwire){ .at = buf_data(&answer) + 1, .count = buf_len(&answer) - 1 };
	inner = sshwire_string(&wire);
	if (wire.is_short)
		return ERR_MSG_SHORT;
	r = buf_add(&signature, inner.bytes, inner.count);
	if (r == 0)
		r = sshsig_wrap(key, message, &signature, blob);
	return r < 0 ? r : sshsig_verify(buf_data(blob), buf_len(blob), message, &signer);
}
