/* SPDX-License-Identifier: ISC */
/* The sandboxed half of a screen. After confine() it can read, write, get memory and exit, and nothing else. */
#include "config.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/signals.h"
#include "lib/term/guard.h"
#include "lib/term/screenchild.h"

#define MEMORY	(UINT64_C(192) << 20)	/* on top of what the parent had mapped */
#define CPU_S	(6 * 3600)		/* the parent's watchdog is the real limit; this one is for orphans */

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	AUDIT_ARCH_RISCV64
#endif

static void
limit(int what, uint64_t most)
{
	struct rlimit r = { .rlim_cur = (rlim_t)most, .rlim_max = (rlim_t)most };

	if (setrlimit((__rlimit_resource_t)what, &r) < 0)
		_exit(2);
}

static uint64_t
memory_mapped(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL) {
		if (fscanf(f, "%lu", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return pages != 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : UINT64_C(1) << 30;
}

#if defined(ARCH) && !defined(POSTERN_SANITIZERS)
/* Low half of argument n, where this machine keeps it. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARGUMENT(n)	(uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n))
#else
#define ARGUMENT(n)	(uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n) + 4)
#endif
#define LOAD(offset)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, (what))
#define ALLOW(call)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), RETURN(SECCOMP_RET_ALLOW)

/* What is not listed kills the child. Memory only private and never executable. */
static void
filter_calls(void)
{
	struct sock_filter filter[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_read),
		ALLOW(SYS_write),
		ALLOW(SYS_exit),
		ALLOW(SYS_exit_group),
		ALLOW(SYS_brk),
		ALLOW(SYS_munmap),
		ALLOW(SYS_mremap),
		ALLOW(SYS_futex),
		ALLOW(SYS_madvise),
		ALLOW(SYS_getrandom),
		ALLOW(SYS_rt_sigreturn),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(ARGUMENT(2)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(ARGUMENT(3)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, MAP_PRIVATE | MAP_ANONYMOUS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAP_PRIVATE | MAP_ANONYMOUS, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { .len = sizeof filter / sizeof filter[0], .filter = filter };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(2);
}
#else
static void
filter_calls(void)
{
	/* No filter for this machine, or sanitizers, which need more calls. */
}
#endif

static void
confine(int socket)
{
	uint64_t mapped = memory_mapped();

	signals_unblock();
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "postern-screen");
	prctl(PR_SET_DUMPABLE, 0);
	if (dup2(socket, 0) < 0)
		_exit(2);
#ifdef POSTERN_SANITIZERS
	(void)mapped;
	(void)close_range(3, ~0u, 0);	/* reports stay readable, and shadow memory is huge */
#else
	(void)close_range(1, ~0u, 0);
	limit(RLIMIT_AS, mapped + MEMORY);
#endif
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_S);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, 1);
	limit(RLIMIT_NPROC, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(2);
	filter_calls();
}

static void
show(const struct guard *guard, struct screen_shared *shared)
{
	const char *title = guard_title(guard);
	size_t count = strlen(title);
	bool is_visible;
	int row, col, cols = guard_cols(guard);

	guard_cursor(guard, &row, &col, &is_visible);
	shared->row = row;
	shared->col = col;
	shared->is_visible = is_visible;
	shared->is_alternate = guard_is_alternate(guard);
	if (count >= sizeof shared->title)
		count = sizeof shared->title - 1;
	memcpy(shared->title, title, count);
	shared->title[count] = '\0';
	for (row = 0; row < guard_rows(guard); row++)
		for (col = 0; col < cols; col++)
			guard_cell(guard, row, col, &shared->cells[(size_t)row * (size_t)cols + (size_t)col]);
}

static int
obey(struct guard *guard, struct screen_shared *shared, const struct screen_order *order)
{
	static uint8_t bytes[SCREEN_PIECE];
	int r;

	switch (order->kind) {
	case SCREEN_BYTES:
		if (order->a > sizeof bytes)
			return -1;
		r = fdio_read(0, bytes, order->a);
		if (r == 0)
			guard_write(guard, bytes, order->a);
		return r;
	case SCREEN_SIZE:
		guard_resize(guard, (int)order->a, (int)order->b);
		return 0;
	case SCREEN_SHOW:
		show(guard, shared);
		return 0;
	default:
		return -1;
	}
}

void
screen_child(int socket, struct screen_shared *shared, int cols, int rows)
{
	struct screen_order order;
	struct guard *guard;

	confine(socket);
	guard = guard_new(cols, rows);
	while (fdio_read(0, &order, sizeof order) == 0) {
		if (obey(guard, shared, &order) < 0 || fdio_write(0, "", 1) < 0)
			break;
	}
	_exit(0);
}
