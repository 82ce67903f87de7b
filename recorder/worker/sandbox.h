/* SPDX-License-Identifier: ISC */
/* The door that closes behind the worker: no new privileges, no files, a short list of system calls. */
#ifndef POSTERN_RECORDER_WORKER_SANDBOX_H
#define POSTERN_RECORDER_WORKER_SANDBOX_H

/*
 * For the whole process, threads included. Afterwards a call that is not on the list kills the process (in builds with
 * sanitizers it is only logged, as they need more). 0 or -errno; then the caller must not go on.
 */
int	sandbox_close(void);

#endif
