/* SPDX-License-Identifier: ISC */
/*
 * The tracer's own filter. There is no Landlock: a process in a domain of its own may not read one outside of it, whatever
 * its capabilities are.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/trail/tracer.h"

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#else
#error "the tracer does not know this processor: add its AUDIT_ARCH"
#endif

#if defined(POSTERN_SANITIZERS)
#define OTHERWISE	SECCOMP_RET_LOG
#else
#define OTHERWISE	SECCOMP_RET_KILL_PROCESS
#endif

#define LOW(argument)	(offsetof(struct seccomp_data, args) + (size_t)(argument) * 8)	/* both processors are little-endian */
#define STEPS_MOST	128

#define ANY_BIT		UINT32_MAX

/* `bits`: the argument must have none of these. */
struct row {
	int		call;
	int8_t		argument;	/* -1: whatever they are */
	uint32_t	bits;
};

/* clang-format off */
static const struct row rows[] = {
	{ SYS_ioctl, -1, 0 },
	{ SYS_process_vm_readv, -1, 0 },
	{ SYS_readlinkat, -1, 0 },
	{ SYS_write, -1, 0 },
	{ SYS_ppoll, -1, 0 },
#if defined(SYS_poll)
	{ SYS_poll, -1, 0 },
#endif
	{ SYS_pidfd_open, -1, 0 },
	{ SYS_pidfd_getfd, -1, 0 },
	{ SYS_epoll_ctl, -1, 0 },
	{ SYS_epoll_pwait, -1, 0 },
#if defined(SYS_epoll_wait)
	{ SYS_epoll_wait, -1, 0 },
#endif
	{ SYS_faccessat, -1, 0 },
#if defined(SYS_faccessat2)
	{ SYS_faccessat2, -1, 0 },
#endif
	{ SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC },
	{ SYS_read, -1, 0 },
	{ SYS_recvmsg, -1, 0 },
	{ SYS_close, -1, 0 },
	{ SYS_clock_gettime, -1, 0 },
	{ SYS_getppid, -1, 0 },
	{ SYS_brk, -1, 0 },
	{ SYS_mmap, 2, PROT_EXEC },
	{ SYS_munmap, -1, 0 },
	{ SYS_mremap, -1, 0 },
	{ SYS_restart_syscall, -1, 0 },
	{ SYS_rt_sigreturn, -1, 0 },
	{ SYS_exit_group, -1, 0 },
};

/* Only where the second witness is ptrace. Signal 0 asks whether a process is there. */
static const struct row traces_rows[] = {
	{ SYS_ptrace, -1, 0 },
	{ SYS_wait4, -1, 0 },
	{ SYS_kill, 1, ANY_BIT },
};
/* clang-format on */

struct program {
	struct sock_filter	steps[STEPS_MOST];
	unsigned short		count;
};

static void
add(struct program *p, uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false)
{
	p->steps[p->count++] = (struct sock_filter){ code, if_true, if_false, value };
}

static void
add_row(struct program *p, const struct row *row)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)row->call, 0, row->argument < 0 ? 1 : 4);
	if (row->argument >= 0) {
		add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)LOW(row->argument), 0, 0);
		add(p, BPF_JMP | BPF_JSET | BPF_K, row->bits, 0, 1);
		add(p, BPF_RET | BPF_K, OTHERWISE, 0, 0);
	}
	add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

int
tracer_sandbox(bool traces)
{
	struct program program = { .count = 0 };
	struct sock_fprog all;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	add(&program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		add_row(&program, &rows[i]);
	for (size_t i = 0; traces && i < sizeof traces_rows / sizeof traces_rows[0]; i++)
		add_row(&program, &traces_rows[i]);
	add(&program, BPF_RET | BPF_K, OTHERWISE, 0, 0);
	all = (struct sock_fprog){ .len = program.count, .filter = program.steps };
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) < 0 ? -errno : 0;
}
