/* SPDX-License-Identifier: ISC */
/* The PAM side of a session: account check, credentials, session; opened before the command, closed after it. */
#ifndef POSTERN_RECORDER_CAGE_WARDEN_PAM_H
#define POSTERN_RECORDER_CAGE_WARDEN_PAM_H

#include <stddef.h>

struct account;
struct warden_pam;

struct warden_pam_start {
	const struct account	*account;
	const char		*tty;		/* /dev/pts/N, NULL without a terminal */
	const char		*confdir;	/* NULL: the system's */
};

/*
 * Service "postern". 0 with *pam set (NULL if built without PAM), or -EACCES with a sentence in `why`. Modules may
 * talk; nobody answers them.
 */
int	warden_pam_open(const struct warden_pam_start *start, struct warden_pam **pam, char *why, size_t size);

/* Closes the session and drops the credentials. NULL is fine. */
void	warden_pam_close(struct warden_pam *pam);

#endif
