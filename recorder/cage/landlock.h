/* SPDX-License-Identifier: ISC */
/*
 * Landlock by the bare system calls, with our own names for what newer kernels know: the headers of Debian 12 stop at
 * the second version. Source: the kernel's Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h.
 */
#ifndef POSTERN_RECORDER_CAGE_LANDLOCK_H
#define POSTERN_RECORDER_CAGE_LANDLOCK_H

#include <stdint.h>

#define LANDLOCK_ABI_MOST	7	/* the newest that we know; a newer kernel is used like this one */

#define LL_EXECUTE	(UINT64_C(1) << 0)
#define LL_WRITE_FILE	(UINT64_C(1) << 1)
#define LL_READ_FILE	(UINT64_C(1) << 2)
#define LL_READ_DIR	(UINT64_C(1) << 3)
#define LL_MAKE_CHAR	(UINT64_C(1) << 6)
#define LL_MAKE_BLOCK	(UINT64_C(1) << 11)
#define LL_REFER	(UINT64_C(1) << 13)	/* version 2 */
#define LL_TRUNCATE	(UINT64_C(1) << 14)	/* version 3 */
#define LL_IOCTL_DEV	(UINT64_C(1) << 15)	/* version 5 */
#define LL_FILE		(LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE | LL_IOCTL_DEV)	/* what a file can have */

#define LL_BIND_TCP	(UINT64_C(1) << 0)	/* version 4 */
#define LL_CONNECT_TCP	(UINT64_C(1) << 1)

#define LL_SCOPE_ABSTRACT	(UINT64_C(1) << 0)	/* version 6 */
#define LL_SCOPE_SIGNAL		(UINT64_C(1) << 1)

/* Everything that a domain takes away unless a rule gives it back. The kernel's struct landlock_ruleset_attr. */
struct landlock_handled {
	uint64_t	fs;	/* of LL_* */
	uint64_t	net;
	uint64_t	scoped;
};

/* The kernel's version of Landlock, at most LANDLOCK_ABI_MOST; 0: it has none, or it is switched off. */
uint32_t	landlock_abi(void);

/* All that version `abi` can take away; nothing for 0. */
void		landlock_handled(uint32_t abi, struct landlock_handled *handled);

/* A ruleset (close-on-exec descriptor) for these. Below zero: -errno; with nothing handled -ENOMSG. */
int		landlock_create(const struct landlock_handled *handled);

/*
 * Gives `access` (what is not handled must not be in it) for the file or the tree that `fd` (O_PATH is enough) names;
 * for the ports. 0 or -errno.
 */
int		landlock_add_path(int ruleset, int fd, uint64_t access);
int		landlock_add_port(int ruleset, uint16_t port, uint64_t access);

/* The calling thread and all that comes of it. Needs no_new_privs or CAP_SYS_ADMIN. 0 or -errno. */
int		landlock_restrict(int ruleset);

#endif
