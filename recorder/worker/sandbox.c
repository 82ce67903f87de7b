/* SPDX-License-Identifier: ISC */
/* The worker's seccomp filter: one table of system calls, compiled to a flat BPF program. */
#include "config.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/cage/landlock.h"
#include "recorder/worker/sandbox.h"

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#else
#error "the sandbox does not know this processor: add its AUDIT_ARCH"
#endif

#if defined(POSTERN_SANITIZERS)
#define OTHERWISE	SECCOMP_RET_LOG
#else
#define OTHERWISE	SECCOMP_RET_KILL_PROCESS
#endif

#define STEPS_MOST	256
#define LOW(argument)	(offsetof(struct seccomp_data, args) + (size_t)(argument) * 8)	/* its low 32 bits: both processors are little-endian */

/* How far a call is allowed. */
enum rule {
	ALWAYS = 1,
	NO_EXEC,	/* mmap, mprotect: third argument without PROT_EXEC */
	TTY_ONLY	/* ioctl: second argument is one of ours */
};

/* clang-format off */
static const struct { long call; enum rule rule; } calls[] = {
	/* the loop's own: what is heard most stands first */
	{ SYS_read,		ALWAYS },
	{ SYS_pwrite64,		ALWAYS },
	{ SYS_sendto,		ALWAYS },
#if defined(SYS_poll)
	{ SYS_poll,		ALWAYS },
#endif
	{ SYS_ppoll,		ALWAYS },
	{ SYS_write,		ALWAYS },
	{ SYS_futex,		ALWAYS },
	{ SYS_timerfd_settime,	ALWAYS },
	{ SYS_ioctl,		TTY_ONLY },
	{ SYS_clock_gettime,	ALWAYS },	/* where the vDSO cannot */
	{ SYS_recvfrom,		ALWAYS },
	{ SYS_sendmsg,		ALWAYS },
	{ SYS_recvmsg,		ALWAYS },
	{ SYS_readv,		ALWAYS },
	{ SYS_writev,		ALWAYS },
	{ SYS_accept4,		ALWAYS },
	{ SYS_shutdown,		ALWAYS },
	{ SYS_close,		ALWAYS },
	/* the recording */
	{ SYS_pread64,		ALWAYS },
	{ SYS_lseek,		ALWAYS },
	{ SYS_ftruncate,	ALWAYS },
	{ SYS_fallocate,	ALWAYS },
	{ SYS_fdatasync,	ALWAYS },
	{ SYS_fsync,		ALWAYS },
	{ SYS_getrandom,	ALWAYS },
	/* memory, secret memory included */
	{ SYS_brk,		ALWAYS },
	{ SYS_mmap,		NO_EXEC },
	{ SYS_mprotect,		NO_EXEC },
	{ SYS_munmap,		ALWAYS },
	{ SYS_mremap,		ALWAYS },
	{ SYS_madvise,		ALWAYS },
	{ SYS_mlock,		ALWAYS },
	{ SYS_munlock,		ALWAYS },
	/* the first steps of the sync thread, which may come after the door is closed */
	{ SYS_set_robust_list,	ALWAYS },
#if defined(SYS_rseq)
	{ SYS_rseq,		ALWAYS },
#endif
	/* ending, and dying of an assert with its name */
	{ SYS_exit,		ALWAYS },
	{ SYS_exit_group,	ALWAYS },
	{ SYS_rt_sigprocmask,	ALWAYS },
	{ SYS_rt_sigaction,	ALWAYS },
	{ SYS_rt_sigreturn,	ALWAYS },
	{ SYS_restart_syscall,	ALWAYS },
	{ SYS_getpid,		ALWAYS },
	{ SYS_gettid,		ALWAYS },
};

static const uint32_t tty_calls[] = { TCGETS, TIOCSWINSZ, TIOCGWINSZ, FIONREAD };
/* clang-format on */

struct program {
	struct sock_filter	steps[STEPS_MOST];
	unsigned short		count;
};

static void
add(struct program *program, uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false)
{
	program->steps[program->count++] = (struct sock_filter){ code, if_true, if_false, value };
}

static void
add_load(struct program *program, size_t offset)
{
	add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
add_return(struct program *program, uint32_t what)
{
	add(program, BPF_RET | BPF_K, what, 0, 0);
}

/* After the steps of one call nothing is left to ask: each block ends in a return. */
static void
add_call(struct program *program, long call, enum rule rule)
{
	const uint8_t ttys = sizeof tty_calls / sizeof tty_calls[0];

	if (rule == ALWAYS) {
		add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
		add_return(program, SECCOMP_RET_ALLOW);
	} else if (rule == NO_EXEC) {
		add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 4);
		add_load(program, LOW(2));
		add(program, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0);
		add_return(program, SECCOMP_RET_ALLOW);
		add_return(program, OTHERWISE);
	} else {
		add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, (uint8_t)(2 * ttys + 2));
		add_load(program, LOW(1));
		for (uint8_t i = 0; i < ttys; i++) {
			add(program, BPF_JMP | BPF_JEQ | BPF_K, tty_calls[i], 0, 1);
			add_return(program, SECCOMP_RET_ALLOW);
		}
		add_return(program, OTHERWISE);
	}
}

static void
make_program(struct program *program)
{
	add_load(program, offsetof(struct seccomp_data, arch));
	add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	add_return(program, SECCOMP_RET_KILL_PROCESS);
	add_load(program, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		add_call(program, calls[i].call, calls[i].rule);
	add_return(program, OTHERWISE);
}

/*
 * No file system, no network, nobody outside: a second wall behind the filter, for kernels that have Landlock. What is
 * open stays open. A thread that runs already keeps to the filter alone.
 */
#if defined(POSTERN_SANITIZERS)
/* A sanitizer writes what it found into a file. */
static int
deny_files(void)
{
	return 0;
}
#else
static int
deny_files(void)
{
	struct landlock_handled handled;
	AUTO_FD int ruleset = -1;
	uint32_t abi = landlock_abi();

	if (abi == 0)
		return 0;
	landlock_handled(abi, &handled);
	ruleset = landlock_create(&handled);
	return ruleset < 0 ? ruleset : landlock_restrict(ruleset);
}
#endif

int
sandbox_close(void)
{
	struct program program = { 0 };
	struct sock_fprog filter;
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = deny_files();
	if (r < 0)
		return r;
	make_program(&program);
	filter = (struct sock_fprog){ .len = program.count, .filter = program.steps };
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0)
		return errno != 0 ? -errno : -EAGAIN;	/* a thread that could not follow is told by its id */
	return 0;
}
