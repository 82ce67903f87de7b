/* SPDX-License-Identifier: ISC */
/* The filter as blocks, one a call: a block asks for its number and ends in an answer, so that the next finds it loaded. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "recorder/cage/filter.h"
#include "recorder/keeper/enforced.h"
#include "recorder/keeper/rights.h"

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#define X32_BIT		0x40000000u
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#else
#error "the filter does not know this processor: add its AUDIT_ARCH"
#endif

#define STEPS_MOST	512
#define LOW(argument)	(offsetof(struct seccomp_data, args) + (size_t)(argument) * 8)	/* its low 32 bits: both processors are little-endian */
#define TYPE_MASK	0xfu		/* of socket(): without SOCK_NONBLOCK and SOCK_CLOEXEC */
#define SPACES		(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define FAST_OPEN	0x20000000u	/* MSG_FASTOPEN: a connect that Landlock does not see */
#define NOEXEC_SEAL	0x8u		/* of memfd_create */
#define OPEN_TREE_ATTR	467		/* newer than the headers */
#define LINUX_CONSOLE	0x541cu		/* TIOCLINUX: can paste, like TIOCSTI */

/* clang-format off */
/* Refused to every confined role. ENOSYS where programs know another way. */
static const struct { int call, error; } never[] = {
	{ SYS_io_uring_setup, ENOSYS }, { SYS_io_uring_enter, ENOSYS }, { SYS_io_uring_register, ENOSYS },
	{ SYS_bpf, EPERM }, { SYS_perf_event_open, EPERM }, { SYS_userfaultfd, EPERM }, { SYS_fanotify_init, EPERM },
	{ SYS_open_by_handle_at, EPERM },
	{ SYS_add_key, ENOSYS }, { SYS_request_key, ENOSYS }, { SYS_keyctl, ENOSYS },
	{ SYS_kexec_load, EPERM }, { SYS_init_module, EPERM }, { SYS_finit_module, EPERM }, { SYS_delete_module, EPERM },
	{ SYS_reboot, EPERM }, { SYS_swapon, EPERM }, { SYS_swapoff, EPERM }, { SYS_acct, EPERM }, { SYS_quotactl, EPERM },
#if defined(SYS_kexec_file_load)
	{ SYS_kexec_file_load, EPERM },
#endif
#if defined(SYS_iopl)
	{ SYS_iopl, EPERM }, { SYS_ioperm, EPERM }, { SYS_modify_ldt, EPERM }, { SYS_uselib, ENOSYS },
#endif
};

/* Namespaces and mounts, unless the role may make them. */
static const struct { int call, error; } spaces[] = {
	{ SYS_clone3, ENOSYS }, { SYS_setns, EPERM }, { SYS_mount, EPERM }, { SYS_umount2, EPERM }, { SYS_pivot_root, EPERM },
	{ SYS_chroot, EPERM }, { SYS_open_tree, EPERM }, { SYS_move_mount, EPERM }, { SYS_fsopen, EPERM },
	{ SYS_fsconfig, EPERM }, { SYS_fsmount, EPERM }, { SYS_fspick, EPERM }, { SYS_mount_setattr, EPERM },
	{ OPEN_TREE_ATTR, EPERM },
};

/* Only one's own, where others can be named: `argument` must be 0. */
static const struct { int call, argument; } only_self[] = {
	{ SYS_prlimit64, 0 }, { SYS_sched_setaffinity, 0 }, { SYS_sched_setscheduler, 0 }, { SYS_sched_setparam, 0 },
	{ SYS_sched_setattr, 0 }, { SYS_migrate_pages, 0 }, { SYS_move_pages, 0 },
};

/* Without a pid namespace and without Landlock nothing else keeps a process from its neighbours' memory. */
static const int neighbours[] = { SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp };
/* clang-format on */

struct program {
	struct sock_filter	steps[STEPS_MOST];
	unsigned short		count;
};

static unsigned short
add(struct program *p, uint16_t code, uint32_t value)
{
	p->steps[p->count] = (struct sock_filter){ code, 0, 0, value };
	return p->count++;
}

static void
load(struct program *p, size_t offset)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

static void
allow(struct program *p)
{
	add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

static void
refuse(struct program *p, int error)
{
	add(p, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error);
}

/* What follows, up to close_block, is for this value of what is loaded, or for any of these bits. It ends in an answer. */
static unsigned short
open_block(struct program *p, uint16_t test, uint32_t value)
{
	return add(p, (uint16_t)(BPF_JMP | test | BPF_K), value);
}

static void
close_block(struct program *p, unsigned short at)
{
	p->steps[at].jf = (uint8_t)(p->count - at - 1);
}

static void
allow_if(struct program *p, uint16_t test, uint32_t value)
{
	unsigned short at = open_block(p, test, value);

	allow(p);
	close_block(p, at);
}

static void
refuse_if(struct program *p, uint16_t test, uint32_t value, int error)
{
	unsigned short at = open_block(p, test, value);

	refuse(p, error);
	close_block(p, at);
}

/* One call that is refused if `argument` has one of these bits. */
static void
refuse_bits(struct program *p, int call, int argument, uint32_t bits, int error)
{
	unsigned short at = open_block(p, BPF_JEQ, (uint32_t)call);

	load(p, LOW(argument));
	refuse_if(p, BPF_JSET, bits, error);
	allow(p);
	close_block(p, at);
}

static void
add_internet(struct program *p, const struct rights *rights)
{
	bool raw = (rights->flags & RIGHTS_RAW) != 0;
	unsigned short at;

	if (rights_no_network(rights)) {
		refuse(p, EACCES);
		return;
	}
	load(p, LOW(1));
	add(p, BPF_ALU | BPF_AND | BPF_K, TYPE_MASK);
	at = open_block(p, BPF_JEQ, SOCK_STREAM);
	load(p, LOW(2));
	allow_if(p, BPF_JEQ, 0);
	allow_if(p, BPF_JEQ, IPPROTO_TCP);	/* MPTCP, SCTP and SMC are streams that Landlock lets through */
	refuse(p, EACCES);
	close_block(p, at);
	if (raw || (rights->flags & RIGHTS_UDP))
		allow_if(p, BPF_JEQ, SOCK_DGRAM);
	if (raw)
		allow_if(p, BPF_JEQ, SOCK_RAW);
	refuse(p, EACCES);
}

/* UNIX sockets, routes and socket lists of netlink, TCP; the rest if the role may. */
static void
add_socket(struct program *p, const struct rights *rights)
{
	static const uint32_t families[] = { AF_INET, AF_INET6 };
	bool raw = (rights->flags & RIGHTS_RAW) != 0;
	unsigned short call = open_block(p, BPF_JEQ, SYS_socket);
	unsigned short at;

	load(p, LOW(0));
	allow_if(p, BPF_JEQ, AF_UNIX);
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		at = open_block(p, BPF_JEQ, families[i]);
		add_internet(p, rights);
		close_block(p, at);
	}
	if (raw)
		allow_if(p, BPF_JEQ, AF_PACKET);
	at = open_block(p, BPF_JEQ, AF_NETLINK);
	if (!raw) {
		load(p, LOW(2));
		allow_if(p, BPF_JEQ, NETLINK_ROUTE);
		allow_if(p, BPF_JEQ, NETLINK_SOCK_DIAG);
		refuse(p, EPROTONOSUPPORT);
	} else {
		allow(p);
	}
	close_block(p, at);
	refuse(p, EAFNOSUPPORT);
	close_block(p, call);
}

static bool
no_listen(const struct rights *rights)
{
	return !rights_no_network(rights) && !(rights->flags & RIGHTS_LISTEN) && rights->bind_count == 0;
}

static void
add_network(struct program *p, const struct rights *rights)
{
	add_socket(p, rights);
	if (no_listen(rights))
		refuse_if(p, BPF_JEQ, SYS_listen, EACCES);	/* on a port that the kernel chooses */
	refuse_bits(p, SYS_sendto, 3, FAST_OPEN, EOPNOTSUPP);
	refuse_bits(p, SYS_sendmsg, 2, FAST_OPEN, EOPNOTSUPP);
	refuse_bits(p, SYS_sendmmsg, 3, FAST_OPEN, EOPNOTSUPP);
}

static void
add_spaces(struct program *p)
{
	for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
		refuse_if(p, BPF_JEQ, (uint32_t)spaces[i].call, spaces[i].error);
	refuse_bits(p, SYS_clone, 0, SPACES, EPERM);
	refuse_bits(p, SYS_unshare, 0, SPACES, EPERM);
}

/* An open that empties the file is one for writing, which Landlock has judged; or it is refused. */
static void
add_open(struct program *p, int call, int argument)
{
	unsigned short at = open_block(p, BPF_JEQ, (uint32_t)call);
	unsigned short empties;

	load(p, LOW(argument));
	empties = open_block(p, BPF_JSET, O_TRUNC);
	add(p, BPF_ALU | BPF_AND | BPF_K, O_ACCMODE);
	allow_if(p, BPF_JEQ, O_WRONLY);
	allow_if(p, BPF_JEQ, O_RDWR);
	refuse(p, EACCES);
	close_block(p, empties);
	allow(p);
	close_block(p, at);
}

static void
add_truncation(struct program *p)
{
#if defined(SYS_open)
	add_open(p, SYS_open, 1);
#endif
	add_open(p, SYS_openat, 2);
	refuse_if(p, BPF_JEQ, SYS_openat2, ENOSYS);	/* its flags are behind a pointer */
	refuse_if(p, BPF_JEQ, SYS_truncate, EACCES);
}

/* Init and the tracer are of the same uid in trial mode, and no match for root inside: they are not starved either. */
static void
refuse_keepers(struct program *p, const struct filter *f, int argument)
{
	load(p, LOW(argument));
	refuse_if(p, BPF_JEQ, 1, EPERM);
	if (f->tracer > 0)
		refuse_if(p, BPF_JEQ, (uint32_t)f->tracer, EPERM);
	allow(p);
}

/* setpriority and ioprio_set of all processes of a uid would mean them as well. */
static void
add_keepers(struct program *p, const struct filter *f)
{
	static const struct { int call; uint32_t user; } priorities[] = { { SYS_setpriority, PRIO_USER }, { SYS_ioprio_set, 3 } };
	unsigned short at;

	for (size_t i = 0; i < sizeof only_self / sizeof only_self[0]; i++) {
		at = open_block(p, BPF_JEQ, (uint32_t)only_self[i].call);
		refuse_keepers(p, f, only_self[i].argument);
		close_block(p, at);
	}
	for (size_t i = 0; i < sizeof priorities / sizeof priorities[0]; i++) {
		at = open_block(p, BPF_JEQ, (uint32_t)priorities[i].call);
		load(p, LOW(0));
		refuse_if(p, BPF_JEQ, priorities[i].user, EPERM);
		refuse_keepers(p, f, 1);
		close_block(p, at);
	}
}

/* setpriority and ioprio_set: only `one` (a single process), and 0 for oneself. */
static void
add_priority(struct program *p, int call, uint32_t one)
{
	unsigned short at = open_block(p, BPF_JEQ, (uint32_t)call);
	unsigned short process;

	load(p, LOW(0));
	process = open_block(p, BPF_JEQ, one);
	load(p, LOW(1));
	allow_if(p, BPF_JEQ, 0);
	refuse(p, EPERM);
	close_block(p, process);
	refuse(p, EPERM);
	close_block(p, at);
}

static void
add_others(struct program *p, const struct filter *f)
{
	for (size_t i = 0; i < sizeof only_self / sizeof only_self[0]; i++) {
		unsigned short at = open_block(p, BPF_JEQ, (uint32_t)only_self[i].call);

		load(p, LOW(only_self[i].argument));
		allow_if(p, BPF_JEQ, 0);
		refuse(p, EPERM);
		close_block(p, at);
	}
	add_priority(p, SYS_setpriority, PRIO_PROCESS);
	add_priority(p, SYS_ioprio_set, 1);
	for (size_t i = 0; f->abi == 0 && i < sizeof neighbours / sizeof neighbours[0]; i++)
		refuse_if(p, BPF_JEQ, (uint32_t)neighbours[i], EPERM);
}

static void
add_terminal(struct program *p)
{
	unsigned short at = open_block(p, BPF_JEQ, SYS_ioctl);

	load(p, LOW(1));
	refuse_if(p, BPF_JEQ, TIOCSTI, EPERM);
	refuse_if(p, BPF_JEQ, LINUX_CONSOLE, EPERM);
	allow(p);
	close_block(p, at);
}

/* A program in memory has no path that Landlock could judge: only memory that can never be one. */
static void
add_memory(struct program *p)
{
	unsigned short at = open_block(p, BPF_JEQ, SYS_memfd_create);

	load(p, LOW(1));
	allow_if(p, BPF_JSET, NOEXEC_SEAL);
	refuse(p, EACCES);
	close_block(p, at);
}

static void
make_program(struct program *p, const struct filter *f)
{
	unsigned short at;

	load(p, offsetof(struct seccomp_data, arch));
	at = add(p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE);
	p->steps[at].jt = 1;
	add(p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
#if defined(X32_BIT)
	at = open_block(p, BPF_JGE, X32_BIT);
	refuse(p, ENOSYS);
	close_block(p, at);
#endif
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		refuse_if(p, BPF_JEQ, (uint32_t)never[i].call, never[i].error);
	add_terminal(p);
	add_memory(p);
	add_network(p, f->rights);
	if (!(f->rights->flags & RIGHTS_SPACES))
		add_spaces(p);
	if (f->abi > 0 && f->abi < 3)
		add_truncation(p);
	if (f->alone)
		add_keepers(p, f);
	else
		add_others(p, f);
	allow(p);
}

uint32_t
filter_marks(const struct filter *f)
{
	uint32_t marks = MARK_FILTER;

	if (rights_no_network(f->rights))
		marks |= MARK_NO_INET;
	else if (no_listen(f->rights))
		marks |= MARK_NO_LISTEN;
	if (!(f->rights->flags & (RIGHTS_UDP | RIGHTS_RAW)))
		marks |= MARK_NO_UDP;
	if (!(f->rights->flags & RIGHTS_SPACES))
		marks |= MARK_NO_SPACES;
	return f->abi > 0 && f->abi < 3 ? marks | MARK_TRUNCATE : marks;
}

int
filter_install(const struct filter *f)
{
	struct program program = { .count = 0 };
	struct sock_fprog all;

	make_program(&program, f);
	all = (struct sock_fprog){ .len = program.count, .filter = program.steps };
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) < 0 ? -errno : 0;
}
