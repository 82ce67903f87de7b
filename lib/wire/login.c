/* SPDX-License-Identifier: ISC */
/* How the person of this process has logged in. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/conn.h"
#include "lib/wire/kindfields.h"
#include "lib/wire/login.h"
#include "lib/wire/messages.h"

#define FILE_MOST	65536u

/* The file's text, if it is one as sshd writes it. */
static char *
read_file(void)
{
	const char *path = getenv("SSH_USER_AUTH");
	AUTO_FD int fd = path != NULL && path[0] == '/' ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) : -1;
	char *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != getuid() || (st.st_mode & 022) != 0)
		return NULL;
	return fdio_slurp(fd, FILE_MOST, &text, NULL) < 0 ? NULL : text;
}

char *
login_here(void)
{
	static const char key[] = "publickey ";
	AUTO_FREE char *text = read_file();
	const char *line = text;
	size_t count;

	if (text == NULL)
		return NULL;
	/* Of several methods in a row the key says most. */
	while (line != NULL && strncmp(line, key, sizeof key - 1) != 0) {
		line = strchr(line, '\n');
		line += line != NULL;
	}
	line = line != NULL ? line : text;
	count = strcspn(line, "\r\n");
	return count == 0 || count > LOGIN_MOST ? NULL : text_clean(line, count);
}

int
login_send(struct wire_conn *conn)
{
	AUTO_FREE char *how = login_here();
	struct wire_login login = { .how = how };

	return how != NULL ? wire_put(conn, WIRE_LOGIN, &login) : 0;
}
