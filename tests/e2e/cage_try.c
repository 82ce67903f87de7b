/* SPDX-License-Identifier: ISC */
/* The acts. Each returns 0 if it was let through, else -errno; what would kill the process is done in a child. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/e2e/cage_try.h"

int
cage_result(long r)
{
	return r < 0 ? -errno : 0;
}

static int
result(long r)
{
	return cage_result(r);
}

static int
act_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int r = result(fd);

	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_read(const char *path)
{
	return act_open(path, O_RDONLY);
}

static int
try_write(const char *path)
{
	return act_open(path, O_WRONLY | O_CREAT);
}

static int
try_empty(const char *path)
{
	return act_open(path, O_RDONLY | O_TRUNC);
}

static int
try_truncate(const char *path)
{
	return result(truncate(path, 0));
}

static int
try_mode(const char *path)
{
	return result(chmod(path, 0600));
}

static int
try_datagram(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(connect(fd, (struct sockaddr *)&to, sizeof to));

	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_list(const char *path)
{
	DIR *dir = opendir(path);

	if (dir == NULL)
		return -errno;
	closedir(dir);
	return 0;
}

/* In a child: 0 if the program was executed, whatever it did then; else why not. */
static int
execute(const char *path, const char *argument, bool must_succeed)
{
	char *argv[] = { (char *)(uintptr_t)path, (char *)(uintptr_t)argument, NULL };
	int ends[2], error = 0, status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_RDWR), 0);
		dup2(0, 1);
		dup2(0, 2);
		execv(path, argv);
		error = errno;
		if (write(ends[1], &error, sizeof error) < 0)
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &error, sizeof error) != sizeof error)
		error = 0;
	close(ends[0]);
	waitpid(pid, &status, 0);
	return error != 0 ? -error : must_succeed && status != 0 ? -ENOEXEC : 0;
}

static int
try_exec(const char *path)
{
	return execute(path, NULL, false);
}

/* The loader is asked to run a program: it only has to be read and mapped. */
static int
try_loader(const char *path)
{
#if defined(__x86_64__)
	return execute("/lib64/ld-linux-x86-64.so.2", path, true);
#else
	return execute("/lib/ld-linux-aarch64.so.1", path, true);
#endif
}

static int
try_memory(const char *path)
{
	static const char script[] = "#!/bin/true\n";
	char name[64];
	int fd = (int)syscall(SYS_memfd_create, "x", 0);

	(void)path;
	if (fd < 0)
		return -errno;
	if (write(fd, script, sizeof script - 1) < 0)
		return -errno;
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return execute(name, NULL, false);
}

static struct sockaddr_in
address(const char *port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
}

static int
act_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	int r = result(fd);

	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_connect(const char *port)
{
	struct sockaddr_in to = address(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(connect(fd, (struct sockaddr *)&to, sizeof to));

	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_fast_open(const char *port)
{
	struct sockaddr_in to = address(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof to));

	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_bind(const char *port)
{
	struct sockaddr_in at = address(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(bind(fd, (struct sockaddr *)&at, sizeof at));

	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_listen(const char *what)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(listen(fd, 1));

	(void)what;
	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_udp(const char *what)
{
	(void)what;
	return act_socket(AF_INET, SOCK_DGRAM, 0);
}

static int
try_stream(const char *protocol)
{
	return act_socket(AF_INET, SOCK_STREAM, atoi(protocol));
}

static int
try_family(const char *family)
{
	return act_socket(atoi(family), SOCK_DGRAM, 0);
}

static int
act_unix(const char *name, bool is_abstract)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t count = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	memcpy(to.sun_path + is_abstract, name, count);
	r = fd < 0 ? -errno : result(connect(fd, (struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + is_abstract + count)));
	if (fd >= 0)
		close(fd);
	return r;
}

static int
try_unix(const char *path)
{
	return act_unix(path, false);
}

static int
try_abstract(const char *name)
{
	return act_unix(name, true);
}

static int
try_unshare(const char *what)
{
	(void)what;
	return result(unshare(CLONE_NEWUSER | CLONE_NEWNS));
}

static int
try_clone(const char *what)
{
	long pid = syscall(SYS_clone, (unsigned long)(CLONE_NEWUSER | SIGCHLD), NULL, NULL, NULL, NULL);

	(void)what;
	if (pid == 0)
		_exit(0);
	return result(pid);
}

static int
try_clone3(const char *what)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof args);

	(void)what;
	if (pid == 0)
		_exit(0);
	return result(pid);
}

static int
try_mount(const char *path)
{
	return result(mount("tmpfs", path, "tmpfs", 0, NULL));
}

static int
try_uring(const char *what)
{
	uint64_t params[16] = { 0 };

	(void)what;
	return result(syscall(SYS_io_uring_setup, 4, params));
}

static int
try_key(const char *what)
{
	(void)what;
	return result(syscall(SYS_add_key, "user", "postern", "x", 1, -3));
}

static int
try_bpf(const char *what)
{
	uint64_t attr[16] = { 0 };

	(void)what;
	return result(syscall(SYS_bpf, 0, attr, sizeof attr));
}

static int
in_child(void (*act)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		act();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? CAGE_KILLED - WTERMSIG(status) : -WEXITSTATUS(status);
}

/* The 32-bit way into the kernel: getpid, by interrupt. */
static void
old_call(void)
{
#if defined(__x86_64__)
	long r = 20;

	__asm__ volatile("int $0x80" : "+a"(r) : : "memory", "r8", "r9", "r10", "r11");
	_exit(r > 0 ? 0 : ENOSYS);
#else
	_exit(ENOSYS);
#endif
}

static void
x32_call(void)
{
	_exit(syscall(0x40000000 + 39) > 0 ? 0 : errno);
}

static int
try_old_call(const char *what)
{
	(void)what;
	return in_child(old_call);
}

static int
try_x32_call(const char *what)
{
	(void)what;
	return in_child(x32_call);
}

/* A filter of one's own that somebody listens to. */
static int
try_listener(const char *what)
{
	struct sock_filter steps[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { 1, steps };

	(void)what;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return result((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

static int
try_push(const char *what)
{
	(void)what;
	return result(ioctl(0, TIOCSTI, "x"));
}

/* Out of the session's cgroup: into the one at the top. */
static int
try_cgroup(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : result(write(fd, "0", 1));

	if (fd >= 0)
		close(fd);
	return r;
}

/* clang-format off */
static const struct cage_act acts[] = {
	{ "read", try_read }, { "write", try_write }, { "empty", try_empty }, { "truncate", try_truncate }, { "list", try_list },
	{ "mode", try_mode }, { "datagram", try_datagram },
	{ "exec", try_exec }, { "loader", try_loader }, { "memory", try_memory },
	{ "connect", try_connect }, { "fastopen", try_fast_open }, { "bind", try_bind }, { "listen", try_listen },
	{ "udp", try_udp }, { "stream", try_stream }, { "family", try_family }, { "unix", try_unix }, { "abstract", try_abstract },
	{ "unshare", try_unshare }, { "clone", try_clone }, { "clone3", try_clone3 }, { "mount", try_mount },
	{ "uring", try_uring }, { "listener", try_listener }, { "key", try_key }, { "bpf", try_bpf }, { "old", try_old_call }, { "x32", try_x32_call },
	{ "push", try_push }, { "cgroup", try_cgroup },
	{ NULL, NULL },
};
/* clang-format on */

static int
find_and_act(const struct cage_act *list, const char *word, size_t count, const char *what)
{
	for (; list->name != NULL; list++)
		if (strlen(list->name) == count && strncmp(list->name, word, count) == 0)
			return list->act(what);
	return -EINVAL;
}

static void
try_one(char *word)
{
	char *what = strchr(word, ':');
	size_t count = what != NULL ? (size_t)(what - word) : strlen(word);
	const struct cage_act *const lists[] = { acts, cage_reach, cage_plant };
	int r = -EINVAL;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0] && r == -EINVAL; i++)
		r = find_and_act(lists[i], word, count, what != NULL ? what + 1 : "");
	if (r <= CAGE_KILLED)
		printf("%s: killed by signal %d\n", word, CAGE_KILLED - r);
	else
		printf("%s: %s\n", word, r == 0 ? "done" : strerrorname_np(-r));
	fflush(stdout);
}

int
cage_try(char **words)
{
	for (; *words != NULL; words++)
		try_one(*words);
	return 0;
}
