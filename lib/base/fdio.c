/* SPDX-License-Identifier: ISC */
/* Descriptor work that every program needs. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"

int
fdio_write(int fd, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;

	while (count > 0) {
		ssize_t n = write(fd, at, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		count -= (size_t)n;
	}
	return 0;
}

int
fdio_pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
	const uint8_t *at = bytes;

	while (count > 0) {
		ssize_t n = pwrite(fd, at, count, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		count -= (size_t)n;
		offset += n;
	}
	return 0;
}

int
fdio_read(int fd, void *bytes, size_t count)
{
	uint8_t *at = bytes;

	while (count > 0) {
		ssize_t n = read(fd, at, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return ERR_PEER_GONE;
		at += n;
		count -= (size_t)n;
	}
	return 0;
}

ssize_t
fdio_pread(int fd, void *bytes, size_t count, off_t offset)
{
	uint8_t *at = bytes;
	size_t got = 0;

	while (got < count) {
		ssize_t n = pread(fd, at + got, count - got, offset + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int
set_flag(int fd, int get, int set, int flag, bool on)
{
	int flags = fcntl(fd, get);

	if (flags < 0)
		return -errno;
	flags = on ? flags | flag : flags & ~flag;
	return fcntl(fd, set, flags) < 0 ? -errno : 0;
}

int
fdio_nonblock(int fd, bool on)
{
	return set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on);
}

int
fdio_cloexec(int fd, bool on)
{
	return set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on);
}

int
fdio_slurp(int fd, size_t most, char **text, size_t *count)
{
	AUTO_FREE char *bytes = NULL;
	size_t size = 0;
	size_t used = 0;

	for (;;) {
		ssize_t n;

		if (size - used < 2) {
			size = size == 0 ? 4096 : 2 * size;
			bytes = own_grow(bytes, size, 1);
		}
		n = read(fd, bytes + used, size - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > most)
			return -EFBIG;
	}
	bytes[used] = '\0';
	if (count != NULL)
		*count = used;
	*text = TAKE(bytes, NULL);
	return 0;
}

int
fdio_slurp_path(const char *path, size_t most, char **text, size_t *count)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return fdio_slurp(fd, most, text, count);
}

/* Else a power failure could bring back what stood there before. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	AUTO_FREE char *folder = slash == NULL ? own_dup(".") : slash == path ? own_dup("/") : strndup(path, (size_t)(slash - path));
	AUTO_FD int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))	/* a filesystem that has no such thing */
		return -errno;
	return 0;
}

int
fdio_replace(const char *path, mode_t mode, const void *bytes, size_t count)
{
	AUTO_FREE char *beside = NULL;
	AUTO_FD int fd = -1;
	int r;

	if (asprintf(&beside, "%s.new", path) < 0) {
		beside = NULL;
		return -ENOMEM;
	}
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	r = fdio_write(fd, bytes, count);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(beside, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(beside);
	return r < 0 ? r : sync_folder(path);
}

int
fdio_memory(const char *name, const void *bytes, size_t count)
{
	AUTO_FD int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = fdio_pwrite(fd, bytes, count, 0);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		r = -errno;
	return r < 0 ? r : TAKE(fd, -1);
}

static int
address_of(const char *path, struct sockaddr_un *address)
{
	size_t count = strlen(path);

	if (count >= sizeof address->sun_path)
		return -ENAMETOOLONG;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, path, count);
	return 0;
}

int
fdio_listen(const char *path, mode_t mode)
{
	struct sockaddr_un address;
	AUTO_FD int fd = -1;
	int r;

	r = address_of(path, &address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || chmod(path, mode) < 0 || listen(fd, 128) < 0)
		return -errno;
	return TAKE(fd, -1);
}

int
fdio_connect(const char *path)
{
	struct sockaddr_un address;
	AUTO_FD int fd = -1;
	int r;

	r = address_of(path, &address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -errno;
	return TAKE(fd, -1);
}

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(FDIO_MOST * sizeof(int))];
};

int
fdio_send(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count)
{
	struct iovec part = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = count };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control = { 0 };
	struct cmsghdr *header;
	ssize_t n;

	assert(fd_count <= FDIO_MOST && count > 0);
	if (fd_count > 0) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
	}
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if ((size_t)n == count)
		return 0;
	return fdio_write(socket, (const uint8_t *)bytes + n, count - (size_t)n);
}

static void
keep_fds(struct cmsghdr *header, int fds[FDIO_MOST], size_t *fd_count)
{
	size_t arrived = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fd;

	for (size_t i = 0; i < arrived; i++) {
		memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
		if (*fd_count < FDIO_MOST)
			fds[(*fd_count)++] = fd;
		else
			close(fd);
	}
}

ssize_t
fdio_recv(int socket, void *bytes, size_t count, int fds[FDIO_MOST], size_t *fd_count)
{
	struct iovec part = { .iov_base = bytes, .iov_len = count };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
		.msg_controllen = sizeof control.room };
	ssize_t n;

	*fd_count = 0;
	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h != NULL; h = CMSG_NXTHDR(&message, h))
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
			keep_fds(h, fds, fd_count);
	return n;
}

int
fdio_arrange(const int *sources, const int *targets, size_t count, int last)
{
	int high[64];
	int r = 0;

	assert(count <= sizeof high / sizeof high[0]);
	/* First out of the way: above every target, so that no dup2 overwrites a source still needed. */
	for (size_t i = 0; i < count; i++) {
		high[i] = sources[i] < 0 ? -1 : fcntl(sources[i], F_DUPFD_CLOEXEC, last + 1);
		if (sources[i] >= 0 && high[i] < 0)
			return -errno;
	}
	for (size_t i = 0; i < count; i++) {
		if (high[i] < 0)
			close(targets[i]);
		else if (dup2(high[i], targets[i]) < 0)
			r = -errno;
	}
	if (close_range((unsigned)last + 1, ~0u, 0) < 0)
		r = -errno;
	return r;
}

int
fdio_peer(int socket, uid_t *uid, gid_t *gid, pid_t *pid)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	*uid = peer.uid;
	*gid = peer.gid;
	*pid = peer.pid;
	return 0;
}
