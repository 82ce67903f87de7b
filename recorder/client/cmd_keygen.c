/* SPDX-License-Identifier: ISC */
/* postern keygen auditor: an age identity, as age-keygen writes it, for machines where age is not installed. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/agekey.h"
#include "recorder/client/commands.h"

static int
write_key(int fd, char public[AGE_TEXT])
{
	AUTO_SECRET uint8_t *identity = secret_new(AGE_KEY);
	struct buf text = { .max = 1024 };
	struct age_recipient recipient;
	char secret[AGE_TEXT];
	char when[CLOCK_TEXT];
	int r;

	age_identity_new(identity);
	age_identity_recipient(identity, &recipient);
	age_recipient_text(&recipient, public);
	r = buf_addf(&text, "# created: %s\n# public key: %s\n%s\n", clock_utc(clock_wall_us(), when), public,
	    age_identity_text(identity, secret));
	sodium_memzero(secret, sizeof secret);
	if (r == 0)
		r = fdio_write(fd, buf_data(&text), buf_len(&text));
	buf_wipe(&text);
	return r;
}

int
cmd_keygen(struct cli *cli)
{
	const char *path = cli_get(cli, "output");
	AUTO_FD int file = -1;
	char public[AGE_TEXT];
	int r;

	if (strcmp(cli->words[0], "auditor") != 0)
		return cli_fail(cli, STATUS_USAGE, "it makes the key of an auditor: keygen auditor");
	if (path != NULL) {
		file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (file < 0)
			return cli_fail(cli, STATUS_FAILED, "cannot make %s: %s%s", path, strerror(errno),
			    errno == EEXIST ? "; a key is never written over" : "");
	}
	r = write_key(path != NULL ? file : STDOUT_FILENO, public);
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "cannot write the key: %s", err_text(r));
	if (path != NULL || !isatty(STDOUT_FILENO))
		fprintf(stderr, "Public key: %s\n", public);
	return STATUS_OK;
}
