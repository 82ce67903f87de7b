/* SPDX-License-Identifier: ISC */
/* The door that closes behind the worker: no new privileges, no files, a short list of system calls. */
#ifndef POSTERN_RECORDER_WORKER_SANDBOX_H
#define POSTERN_RECORDER_WORKER_SANDBOX_H

#include <stddef.h>

/*
 * For the whole process, threads included. Afterwards a call that is not on the list kills the process (in builds with
 * sanitizers it is only logged, as they need more). 0 or -errno; then the caller must not go on.
 */
int	sandbox_close(void);

/*
 * Memory that can be both written and run, as compilers of patterns make it: from now on it can only be run. 0 or -errno. To free it,
 * it is first made memory that can only be written, which is allowed even when the door is closed.
 */
#define SANDBOX_PIECES	32
struct sandbox_piece {
	void	*at;
	size_t	 count;
};
struct sandbox_code {
	struct sandbox_piece	pieces[SANDBOX_PIECES];
	size_t			count;
};
int	sandbox_seal_code(struct sandbox_code *code);
void	sandbox_unseal_code(struct sandbox_code *code);

#endif
