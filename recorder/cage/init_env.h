/* SPDX-License-Identifier: ISC */
/* The command's environment, built from nothing: a few names of ours, the role's own, and checked TERM, LANG and LC_*. */
#ifndef POSTERN_RECORDER_CAGE_INIT_ENV_H
#define POSTERN_RECORDER_CAGE_INIT_ENV_H

#include <stddef.h>

#define INIT_ENV_MOST	48
#define INIT_ENV_TERM	64	/* most characters of TERM */
#define INIT_ENV_VALUE	64	/* most characters of a locale's name */

struct account;
struct warden_start;

/* Texts are allocated and live as long as the process: it is about to exec. */
struct init_env {
	char	*list[INIT_ENV_MOST + 1];	/* NULL-terminated, for execve */
	size_t	 count;
};

/* NAME=VALUE; replaces an older value of the same name. What does not fit is left out. */
void	init_env_set(struct init_env *env, const char *name, const char *value);

/* PATH, HOME, USER, LOGNAME, SHELL, POSTERN_SESSION, POSTERN_ROOT, and the role's `env`, which never replaces POSTERN_*. */
void	init_env_base(struct init_env *env, const struct warden_start *start, const struct account *account);

/*
 * From strangers: `term` (NULL: no terminal) of [A-Za-z0-9._+-], else "dumb"; of `locale` the entries LANG=VALUE and
 * LC_NAME=VALUE with a VALUE of [A-Za-z0-9_.@=-]. Anything else is dropped.
 */
void	init_env_terminal(struct init_env *env, const char *term, char *const *locale);

#endif
