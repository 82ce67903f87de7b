/* SPDX-License-Identifier: ISC */
/*
 * postern-roletable ETC_DIR [--trial]: opens the policy's files with the keeper's rights, gives those up, parses, and
 * writes the table to standard output. It can then neither open for writing, nor start or signal anything.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/secret.h"
#include "recorder/policy/policy.h"
#include "recorder/keeper/roletable.h"

#define NOBODY		65534
#define MOST_BYTES	(sizeof(struct roletable_head) + (size_t)ROLETABLE_MOST * sizeof(struct role_record))
#define EXIT_INVALID	1
#define EXIT_NONE	2	/* roletable.c knows these two */

#if defined(__x86_64__)
#define THIS_ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH	AUDIT_ARCH_AARCH64
#endif

#ifdef POSTERN_SANITIZERS
/* The leak check traces the process from a thread, which this one may not have. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

static void
drop_root(void)
{
	const struct passwd *pw = getpwnam(POSTERN_WORKER_USER);
	uid_t uid = pw != NULL ? pw->pw_uid : NOBODY;
	gid_t gid = pw != NULL ? pw->pw_gid : NOBODY;

	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		log_fatal("cannot give up root: %s", strerror(errno));
	if (setuid(0) == 0)
		log_fatal("root came back");
}

static void
set_limits(void)
{
	const struct rlimit cpu = { 5, 5 };
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CPU, &cpu) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0)
		log_fatal("cannot set limits: %s", strerror(errno));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		log_fatal("cannot set no_new_privs: %s", strerror(errno));
}

#if defined(THIS_ARCH) && !defined(POSTERN_SANITIZERS)
/* What parsing needs: memory, its own output, and reading tzdata. */
static const int allowed[] = { __NR_read, __NR_write, __NR_close, __NR_fstat, __NR_newfstatat, __NR_lseek, __NR_mmap,
	__NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise, __NR_brk, __NR_futex, __NR_getrandom, __NR_clock_gettime,
	__NR_uname, __NR_rt_sigreturn, __NR_rt_sigprocmask, __NR_exit, __NR_exit_group };

#define ALLOWED		(sizeof allowed / sizeof allowed[0])
#define LOAD(offset)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define ANSWER(what)	BPF_STMT(BPF_RET | BPF_K, what)

static void
close_door(void)
{
	struct sock_filter program[ALLOWED * 2 + 12];
	struct sock_fprog all = { .filter = program };
	unsigned short n = 0;

#define ADD(...)	program[n++] = (struct sock_filter)__VA_ARGS__
	ADD(LOAD(offsetof(struct seccomp_data, arch)));
	ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0));
	ADD(ANSWER(SECCOMP_RET_KILL_PROCESS));
	ADD(LOAD(offsetof(struct seccomp_data, nr)));
	for (size_t i = 0; i < ALLOWED; i++) {
		ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)allowed[i], 0, 1));
		ADD(ANSWER(SECCOMP_RET_ALLOW));
	}
	/* openat only with O_RDONLY and nothing that creates; all else is a sign of a taken-over parser. */
	ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat, 1, 0));
	ADD(ANSWER(SECCOMP_RET_KILL_PROCESS));
	ADD(LOAD(offsetof(struct seccomp_data, args[2])));
	ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE | O_CREAT | O_TRUNC, 0, 1));
	ADD(ANSWER(SECCOMP_RET_KILL_PROCESS));
	ADD(ANSWER(SECCOMP_RET_ALLOW));
#undef ADD
	all.len = n;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0) < 0)
		log_fatal("cannot close the door: %s", strerror(errno));
}
#else
static void
close_door(void)
{
}
#endif

/* The sentences of `errors` go where the keeper's journal goes. */
static int
refuse(const struct buf *errors, int r)
{
	fdio_write(STDERR_FILENO, buf_data(errors), buf_len(errors));
	return r == ERR_POLICY_NONE ? EXIT_NONE : EXIT_INVALID;
}

int
main(int argc, char **argv)
{
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_BUF struct buf errors = { 0 };
	AUTO_BUF struct buf table = { 0 };
	struct policy_files files;
	bool trial = argc == 3 && strcmp(argv[2], "--trial") == 0;
	int r;

	log_open("postern-roletable", LOG_LEVEL_INFO);
	secret_init();
	if (argc != 2 && !trial)
		log_fatal("usage: postern-roletable ETC_DIR [--trial]");
	buf_init(&errors, 65536);
	buf_init(&table, MOST_BYTES);
	r = policy_files_read(argv[1], !trial, &files, &errors);
	drop_root();
	set_limits();
	close_door();
	if (r == 0)
		r = policy_parse(&files, &policy, &errors);
	policy_files_done(&files);
	if (r == 0)
		r = roletable_make(policy, &table);
	if (r < 0)
		return refuse(&errors, r);
	return fdio_write(STDOUT_FILENO, buf_data(&table), buf_len(&table)) < 0 ? EXIT_INVALID : 0;
}
