/* SPDX-License-Identifier: ISC */
/* Asking the kernel: what may change something is tried in a child that then ends. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/cage/cgroup.h"
#include "recorder/cage/landlock.h"
#include "recorder/doctor/kernel_facts.h"

#define BTF		"/sys/kernel/btf/vmlinux"
#define CONTROLLERS	4096

/* True if `attempt` succeeds in a child. */
static bool
tried(bool (*attempt)(void))
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(attempt() ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
make_user_space(void)
{
	return unshare(CLONE_NEWUSER) == 0;
}

static bool
trace_a_child(void)
{
	bool is_traced;
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	is_traced = pid > 0 && ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return is_traced;
}

static bool
has_notify(void)
{
	uint32_t action = SECCOMP_RET_USER_NOTIF;
	struct seccomp_notif_sizes sizes;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 && syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0;
}

static bool
has_pidfd(void)
{
	AUTO_FD int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	return fd >= 0;
}

/* A map of one entry is the least that can be asked for; it goes with its descriptor. */
static bool
has_bpf(void)
{
	union bpf_attr attr;
	AUTO_FD int fd = -1;

	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = sizeof(uint32_t);
	attr.max_entries = 1;
	fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
	return fd >= 0;
}

static bool
has_boottime(void)
{
	AUTO_FD int timer = clock_timer();

	return timer >= 0 && clock_timer_set(timer, clock_boot_us() + CLOCK_US) == 0;
}

/* Files of a cgroup are in each but the root one: looked at in the first below the mount. */
static void
look_below(const char *mount, struct kernel_facts *facts)
{
	DIR *dir = opendir(mount);
	const struct dirent *entry;

	facts->has_kill = facts->has_freeze = true;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		AUTO_FREE char *procs = place_path(mount, entry->d_name, "cgroup.procs");
		AUTO_FREE char *kill = place_path(mount, entry->d_name, "cgroup.kill");
		AUTO_FREE char *freeze = place_path(mount, entry->d_name, "cgroup.freeze");

		if (entry->d_name[0] == '.' || access(procs, F_OK) < 0)
			continue;
		facts->has_kill = access(kill, F_OK) == 0;
		facts->has_freeze = access(freeze, F_OK) == 0;
		break;
	}
	if (dir != NULL)
		closedir(dir);
}

static void
look_at_cgroup(struct kernel_facts *facts)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *controllers = NULL;

	if (cgroup_mount(facts->cgroup, sizeof facts->cgroup) < 0) {
		facts->cgroup[0] = '\0';
		return;
	}
	path = place_path(facts->cgroup, "cgroup.controllers", NULL);
	if (fdio_slurp_path(path, CONTROLLERS, &controllers, NULL) == 0)
		facts->has_pids = strstr(controllers, "pids") != NULL;
	look_below(facts->cgroup, facts);
}

void
kernel_facts_look(struct kernel_facts *facts)
{
	*facts = (struct kernel_facts){
		.abi = landlock_abi(),
		.has_notify = has_notify(),
		.has_user_spaces = tried(make_user_space),
		.has_pidfd = has_pidfd(),
		.has_boottime = has_boottime(),
		.has_trace = tried(trace_a_child),
		.has_btf = access(BTF, R_OK) == 0,
		.has_bpf = has_bpf(),
	};
	look_at_cgroup(facts);
}
