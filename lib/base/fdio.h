/* SPDX-License-Identifier: ISC */
/* Descriptors: whole reads and writes, passing them over sockets, and leaving none open by accident. */
#ifndef POSTERN_LIB_BASE_FDIO_H
#define POSTERN_LIB_BASE_FDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FDIO_MOST	16	/* descriptors in one message */

/* Whole buffers, through EINTR and short writes. 0 or -errno. */
int	fdio_write(int fd, const void *bytes, size_t count);
int	fdio_pwrite(int fd, const void *bytes, size_t count, off_t offset);

/* Exactly `count` bytes: 0, ERR_PEER_GONE at the end of file before that, or -errno. */
int	fdio_read(int fd, void *bytes, size_t count);
/* As many as there are up to `count`: the number, or -errno. */
ssize_t	fdio_pread(int fd, void *bytes, size_t count, off_t offset);

int	fdio_nonblock(int fd, bool on);	/* 0 or -errno */
int	fdio_cloexec(int fd, bool on);

/* A whole file of at most `most` bytes as a NUL-terminated string that the caller frees. 0, -EFBIG or -errno. */
int	fdio_slurp(int fd, size_t most, char **text, size_t *count);
int	fdio_slurp_path(const char *path, size_t most, char **text, size_t *count);

/* Writes a file beside `path`, syncs it and renames it over `path`. 0 or -errno. */
int	fdio_replace(const char *path, mode_t mode, const void *bytes, size_t count);

/* A sealed file in memory (close-on-exec, read from its beginning), to hand on as a descriptor. fd or -errno. */
int	fdio_memory(const char *name, const void *bytes, size_t count);

/* A unix stream socket, close-on-exec, bound (any old socket removed, mode set) and listening; or connected. fd or -errno. */
int	fdio_listen(const char *path, mode_t mode);
int	fdio_connect(const char *path);

/*
 * One sendmsg/recvmsg with descriptors (SCM_RIGHTS) beside the bytes, on a stream or seqpacket socket.
 * Receiving: the bytes read (0 = the peer has gone), or -errno; descriptors arrive close-on-exec, `*fd_count` of
 * them (at most FDIO_MOST, the rest is closed).
 */
int	fdio_send(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count);
ssize_t	fdio_recv(int socket, void *bytes, size_t count, int fds[FDIO_MOST], size_t *fd_count);

/*
 * Before exec: descriptor targets[i] becomes a copy of sources[i] (without close-on-exec) for every i, whatever their
 * order, and everything above `last` is closed. A source of -1 leaves that target closed. 0 or -errno.
 */
int	fdio_arrange(const int *sources, const int *targets, size_t count, int last);

/* Peer of a unix socket, as it was when it connected. 0 or -errno. */
int	fdio_peer(int socket, uid_t *uid, gid_t *gid, pid_t *pid);

#endif
