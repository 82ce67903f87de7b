/* SPDX-License-Identifier: ISC */
/*
 * Where everything lies. Installed: /run/postern, /var/lib/postern, /etc/postern. With --root DIR (trial mode and
 * tests) all of it under DIR: DIR/run, DIR/state, DIR/etc.
 */
#ifndef POSTERN_LIB_BASE_PLACE_H
#define POSTERN_LIB_BASE_PLACE_H

#include <stddef.h>

struct place {
	char	*root;	/* NULL if installed */
	char	*run;	/* sockets: gate.sock, w/ID, session.sock (inside a session) */
	char	*state;	/* catalogue.db, slots, rec/ID.rec, rec/ID.tail */
	char	*etc;	/* policy.yaml, roles.d/, rules.d/, auditors, approvers */
};

#define AUTO_PLACE __attribute__((cleanup(place_done)))

/* root: the DIR of --root, or NULL for the installed places. Relative DIRs become absolute. */
void	 place_init(struct place *place, const char *root);
void	 place_done(struct place *place);

/* "base/a" or "base/a/b" (b may be NULL); the caller frees it. */
char	*place_path(const char *base, const char *a, const char *b);

/*
 * Path of one of our helper programs: beside the running program when run from a build tree (or the folder named by
 * the build), else where it was installed (libexecdir, sbindir, bindir). The caller frees it.
 */
char	*place_program(const char *name);

#endif
