/* SPDX-License-Identifier: ISC */
/* How a connection to a gate comes about: a unix socket here, or an ssh child there. */
#ifndef POSTERN_CONSOLE_DIAL_H
#define POSTERN_CONSOLE_DIAL_H

#include <stddef.h>
#include <sys/types.h>

/* A non-blocking descriptor, or -errno. */
int	dial_socket(const char *path);

/*
 * Runs `ssh HOST postern stdio`. A non-blocking descriptor, or -errno; the child's id, and where its complaints come
 * out. The host must not begin with '-'.
 */
int	dial_ssh(const char *host, pid_t *child, int *complaints);

/* The last line of what ssh complained about, if there is any, goes into `text`. */
void	dial_listen(int complaints, char *text, size_t size);

/* Ends and reaps the child (0 = there is none), and closes *complaints. */
void	dial_end(pid_t child, int *complaints);

#endif
