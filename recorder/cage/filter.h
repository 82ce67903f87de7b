/* SPDX-License-Identifier: ISC */
/*
 * The seccomp filter of a role's command: what Landlock does not reach (sockets that are
 * not TCP, listen, namespaces, other processes' limits), and calls of the kernel that no such job needs.
 */
#ifndef POSTERN_RECORDER_CAGE_FILTER_H
#define POSTERN_RECORDER_CAGE_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct rights;

struct filter {
	const struct rights	*rights;
	uint32_t		 abi;		/* of Landlock: what it cannot do is done here */
	bool			 alone;		/* in a pid namespace: nobody else can be named but init and the tracer */
	pid_t			 tracer;	/* its number there; 0: there is none */
};

/*
 * Installs it for the calling thread and all that comes of it. Needs no_new_privs or CAP_SYS_ADMIN. Refused calls get
 * EPERM or EACCES, unknown ways of doing known things ENOSYS; a program of another architecture is killed. 0 or -errno.
 */
int	filter_install(const struct filter *filter);

/* Which marks (enforced.h) it stands for. */
uint32_t filter_marks(const struct filter *filter);

#endif
