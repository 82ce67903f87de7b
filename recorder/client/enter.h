/* SPDX-License-Identifier: ISC */
/* Entering a grant: the connection becomes the session's. */
#ifndef POSTERN_RECORDER_CLIENT_ENTER_H
#define POSTERN_RECORDER_CLIENT_ENTER_H

#include "lib/wire/client.h"

/* What to enter; `grant` NULL: the live grant for `role`. `command` ends with NULL, may be NULL. */
struct enter {
	const struct id	 *grant;
	const char	 *role;
	char		**command;
	bool		  force_tty, no_tty;
	bool		  files;	/* SFTP on standard input and output */
	const char	 *menu;	/* the key of the session menu; NULL: what ~/.config/postern/menu-key says, or the role */
};

/* Enters and relays until the session ends. Returns the exit status for the process. */
int	enter_run(struct client *client, const struct enter *enter);

/* A live grant of one's own for the role: 0 with *grant (zero id: there is none), or an exit status. */
int	enter_find(struct client *client, const char *role, struct id *grant);

#endif
