/* SPDX-License-Identifier: ISC */
/* The seccomp filter that makes a session's processes wait for the tracer at the calls of calls.h. */
#ifndef POSTERN_RECORDER_TRAIL_FILTER_TRAIL_H
#define POSTERN_RECORDER_TRAIL_FILTER_TRAIL_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Installs it for the calling thread and all that comes of it. Needs no_new_privs or CAP_SYS_ADMIN. What would leave no trail
 * is refused: io_uring (ENOSYS), handles of files (EPERM), programs of another architecture (killed), and to take the
 * tracer's means away by its limits, where it has the session's uid (EPERM). The listener's
 * descriptor (close-on-exec); or -errno: -EBUSY if somebody else listens already, -EINVAL if the kernel cannot.
 */
int	filter_trail_install(bool reads, pid_t tracer);

#endif
