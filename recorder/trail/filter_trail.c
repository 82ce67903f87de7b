/* SPDX-License-Identifier: ISC */
/* One block a call, each ending in an answer. What the role's own filter refuses is not notified: a refusal goes first. */
#include "config.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/trail/calls.h"
#include "recorder/trail/filter_trail.h"

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#define X32_BIT		0x40000000u
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#else
#error "the trail does not know this processor: add its AUDIT_ARCH"
#endif

#define STEPS_MOST	192
#define LOW(argument)	(offsetof(struct seccomp_data, args) + (size_t)(argument) * 8)	/* both processors are little-endian */
#define WAIT_KILLABLE	(1ul << 5)	/* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19: no signal repeats a call that was told */

/* clang-format off */
static const struct { int call, error; } untold[] = {
	{ SYS_io_uring_setup, ENOSYS }, { SYS_io_uring_enter, ENOSYS }, { SYS_io_uring_register, ENOSYS },
	{ SYS_open_by_handle_at, EPERM },
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
answer(struct program *p, uint32_t what)
{
	add(p, BPF_RET | BPF_K, what, 0, 0);
}

static void
add_call(struct program *p, const struct trail_call *call, bool reads)
{
	bool by_flags = call->kind == CALL_OPEN && !reads;

	add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, by_flags ? 4 : 1);
	if (by_flags) {
		add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)LOW(call->flags), 0, 0);
		add(p, BPF_JMP | BPF_JSET | BPF_K, TRAIL_OPEN_WRITES, 1, 0);
		answer(p, SECCOMP_RET_ALLOW);
	}
	answer(p, SECCOMP_RET_USER_NOTIF);
}

static void
add_limits(struct program *p, pid_t tracer)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 4);
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)LOW(0), 0, 0);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)tracer, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | EPERM);
	answer(p, SECCOMP_RET_ALLOW);
}

static void
make_program(struct program *p, bool reads, pid_t tracer)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	answer(p, SECCOMP_RET_KILL_PROCESS);
	add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
#if defined(X32_BIT)
	add(p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | ENOSYS);
#endif
	for (size_t i = 0; i < sizeof untold / sizeof untold[0]; i++) {
		add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)untold[i].call, 0, 1);
		answer(p, SECCOMP_RET_ERRNO | (uint32_t)untold[i].error);
	}
	add_limits(p, tracer);
	for (size_t i = 0; i < trail_call_count; i++)
		add_call(p, &trail_calls[i], reads);
	answer(p, SECCOMP_RET_ALLOW);
}

int
filter_trail_install(bool reads, pid_t tracer)
{
	struct program program = { .count = 0 };
	struct sock_fprog all;
	long fd;

	make_program(&program, reads, tracer);
	all = (struct sock_fprog){ .len = program.count, .filter = program.steps };
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE, &all);
	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &all);
	return fd < 0 ? -errno : (int)fd;
}
