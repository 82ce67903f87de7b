/* SPDX-License-Identifier: ISC */
/* Key files of auditors. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/record/agekey.h"
#include "lib/record/identity.h"

#define PASSPHRASE_MOST	1024
#define TYPED(letter)	((letter) & 0x1f)	/* with Ctrl */
#define DELETE		0x7f

/* Typed characters up to Enter. 0, -ECANCELED (Ctrl-C, Ctrl-D) or -errno. */
static int
read_hidden(int tty, char *text, size_t size)
{
	size_t count = 0;
	char c;

	for (;;) {
		ssize_t n = read(tty, &c, 1);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		switch (c) {
		case '\r':
		case '\n':
			text[count] = '\0';
			return 0;
		case TYPED('c'):
		case TYPED('d'):
			return -ECANCELED;
		case TYPED('u'):
			count = 0;
			break;
		case '\b':
		case DELETE:
			count -= count > 0;
			break;
		default:
			if (count + 1 < size)
				text[count++] = c;
		}
	}
}

/* On the terminal itself, whatever standard input is; nothing can end us while it does not echo. 0 or -errno. */
static int
ask(const char *path, char *text, size_t size)
{
	AUTO_FD int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios before, hidden;
	sigset_t set, old;
	int r;

	if (tty < 0 || tcgetattr(tty, &before) < 0)
		return -errno;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	tcsetattr(tty, TCSAFLUSH, &hidden);
	dprintf(tty, "Passphrase of %s: ", path);
	r = read_hidden(tty, text, size);
	(void)fdio_write(tty, "\n", 1);
	tcsetattr(tty, TCSAFLUSH, &before);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

/* "Set but to a file that is missing" is for the caller to say; *by_default tells whether anybody named it. */
static char *
find(const struct cli *cli, const char *root, bool *by_default)
{
	const char *home = getenv("HOME");
	char *path;

	*by_default = false;
	if (cli_get(cli, "identity") != NULL)
		return own_dup(cli_get(cli, "identity"));
	if (root != NULL) {
		path = place_path(root, "auditor.key", NULL);
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	*by_default = true;
	return place_path(home != NULL ? home : "", ".config/postern", "identity");
}

static int
unlock(const struct cli *cli, const char *path, struct age_ring *ring)
{
	AUTO_SECRET char *passphrase = secret_new(PASSPHRASE_MOST);
	int r = ask(path, passphrase, PASSPHRASE_MOST);

	if (r == -ECANCELED)
		return cli_fail(cli, STATUS_CANCELLED, "without the passphrase %s opens nothing", path);
	if (r < 0)
		return cli_fail(cli, STATUS_KEY, "%s needs its passphrase, and there is no terminal to ask on", path);
	r = age_ring_add_file(ring, path, passphrase, NULL);
	return r < 0 ? cli_fail(cli, STATUS_KEY, "%s: %s", path, err_text(r)) : STATUS_OK;
}

int
identity_load(const struct cli *cli, const char *root, bool must_lock, struct age_ring *ring)
{
	bool by_default, locked = false;
	AUTO_FREE char *path = find(cli, root, &by_default);
	int r = age_ring_add_file(ring, path, NULL, &locked);

	if (r == -ENOENT && by_default)
		return cli_fail(cli, STATUS_KEY, "there is no key to open it with: name its file with -i, or put it at %s", path);
	if (r == ERR_KEY_LOCKED)
		return unlock(cli, path, ring);
	if (r < 0)
		return cli_fail(cli, STATUS_KEY, "%s: %s", path, err_text(r));
	if (must_lock && !locked)
		return cli_fail(cli, STATUS_KEY, "on a bastion only keys with a passphrase are used, and %s has none; "
		    "work from your own machine with -H, or give it one (age -p)", path);
	return STATUS_OK;
}
