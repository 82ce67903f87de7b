/* SPDX-License-Identifier: ISC */
/* The kernel against the policy: what cannot be enforced refuses sessions, better said before than then; what is done otherwise is said too. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>

#include "recorder/doctor/doctor.h"
#include "recorder/doctor/kernel_facts.h"
#include "recorder/keeper/rights.h"
#include "recorder/keeper/roletable.h"
#include "recorder/policy/policy.h"

/* clang-format off */
/* What each version of Landlock brought, and what happens without it. */
static const struct {
	uint32_t	 abi;
	const char	*what, *fix;
} landlock[] = {
	{ 1, "without Landlock no role can be confined to files and programs",
	    "a kernel from 5.13 on, with landlock in the list lsm= of its command line" },
	{ 2, "without Landlock 2 a role can move no file from one folder to another, wherever it may write", "a kernel from 5.19 on" },
	{ 3, "without Landlock 3 emptying files is refused by the system call filter, also where a role may write", "a kernel from 6.2 on" },
	{ 4, "without Landlock 4 a role's ports are held by a program on its cgroup, and without cgroup v2 such roles are refused", "a kernel from 6.7 on" },
	{ 5, "without Landlock 5 a role can send any ioctl to the devices that it may open", "a kernel from 6.10 on" },
	{ 6, "without Landlock 6 signals and abstract sockets are held by namespaces only, and roles with ports that require `scope` are refused",
	    "a kernel from 6.12 on" },
};

/* Things that are there or not. */
static const struct {
	size_t		 fact;		/* offset in struct kernel_facts */
	bool		 is_advice;
	const char	*what, *fix;
} things[] = {
	{ offsetof(struct kernel_facts, has_boottime), false, "there is no timer on CLOCK_BOOTTIME, so no session could end on time and none begins",
	    "a kernel from 3.17 on, with CONFIG_TIMERFD" },
	{ offsetof(struct kernel_facts, has_pidfd), false, "this kernel has no pidfd, so the tracer of a trail cannot be watched and its sessions are refused",
	    "a kernel from 5.3 on" },
	{ offsetof(struct kernel_facts, has_user_spaces), true, "user namespaces are switched off, so `postern try` cannot confine its sessions; a gate of root's can",
	    "sysctl -w user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1" },
};

static const struct {
	size_t		 fact;
	const char	*what, *fix;
} groups[] = {
	{ offsetof(struct kernel_facts, has_kill), "cgroups have no cgroup.kill, so a session that forks on is killed by its namespace alone, which takes longer",
	    "a kernel from 5.14 on" },
	{ offsetof(struct kernel_facts, has_freeze), "cgroups have no cgroup.freeze, so no session can be frozen", "a kernel from 5.2 on" },
	{ offsetof(struct kernel_facts, has_pids), "cgroup v2 has no `pids`, so `limits: {pids}` counts all processes of the role's account together",
	    "systemd.unified_cgroup_hierarchy=1 on the kernel's command line, so that no controller stays with the old hierarchies" },
};
/* clang-format on */

#define COUNT(list)	(sizeof(list) / sizeof(list)[0])

static bool
has(const struct kernel_facts *facts, size_t fact)
{
	return *(const bool *)((const char *)facts + fact);
}

static bool
has_ports(const struct policy_may *may)
{
	return may->connect_count > 0 || may->bind_count > 0 || may->udp || may->listen || may->raw;
}

static void
check_role(struct doctor *d, const struct policy_role *role, const struct kernel_facts *facts)
{
	const struct policy_may *may = &role->may;
	char what[160];

	snprintf(what, sizeof what, "signals and abstract sockets need Landlock 6 (Linux 6.12), and here is %u; sessions of these roles "
	    "are refused", facts->abi);
	if (may->given && facts->abi == 0 && (may->need & (NEED_FS | NEED_TRUNCATE)))
		doctor_add(d, "kernel", role->name, "this kernel has no Landlock, so sessions of these roles are refused",
		    "a kernel from 5.13 on, with landlock in the list lsm= of its command line");
	else if (may->given && facts->abi < 6 && (may->need & NEED_SCOPE) && has_ports(may))
		doctor_add(d, "kernel", role->name, what, "a newer kernel, or no `scope` under `require`");
	else if (!may->given)
		doctor_add(d, "policy", role->name, "these roles have no `may`: their sessions reach every file, port and "
		    "socket of their account", "may: {shell: yes}    # see postern-policy(5), Rights");
	if (!facts->has_notify && role->trail != ROLE_TRAIL_OFF)
		doctor_add(d, "kernel", role->name, "seccomp has no user notification, so nobody hears what these roles execute and change, and their "
		    "sessions are refused", "a kernel from 5.5 on, with CONFIG_SECCOMP_FILTER; or trail: off");
	if (facts->cgroup[0] == '\0' && role->ends.freeze_s > 0)
		doctor_add(d, "kernel", role->name, "without cgroup v2 no session stands still, so `ending: freeze` ends them at once",
		    "mount -t cgroup2 none /sys/fs/cgroup    (or boot with systemd.unified_cgroup_hierarchy=1)");
}

/* `exact`: the second witness of arguments. */
static void
check_exact(struct doctor *d, const struct policy_role *role, const struct kernel_facts *facts)
{
	bool by_kernel = facts->has_btf && facts->has_bpf;

	if (!role->exact || by_kernel)
		return;
	if (facts->has_trace)
		doctor_advise(d, "kernel", role->name, "there is no eBPF with the kernel's types (BTF), so `exact` traces every program: it is slower, and no debugger "
		    "works inside", "a kernel from 5.8 on, with CONFIG_DEBUG_INFO_BTF");
	else if (role->may.need & NEED_EXACT)
		doctor_add(d, "kernel", role->name, "neither eBPF with the kernel's types (BTF) nor tracing is there, so these roles, which require `exact`, are refused",
		    "a kernel from 5.8 on, with CONFIG_DEBUG_INFO_BTF; or sysctl -w kernel.yama.ptrace_scope=1");
	else
		doctor_add(d, "kernel", role->name, "neither eBPF with the kernel's types (BTF) nor tracing is there, so the arguments in these roles' trails have no "
		    "second witness", "a kernel from 5.8 on, with CONFIG_DEBUG_INFO_BTF; or sysctl -w kernel.yama.ptrace_scope=1");
}

static void
check_cgroup(struct doctor *d, const struct kernel_facts *facts)
{
	char what[KERNEL_PATH + 160];

	if (facts->cgroup[0] == '\0') {
		doctor_add(d, "kernel", NULL, "cgroup v2 is mounted nowhere: sessions cannot be frozen, end more slowly and have no limit of processes of their own",
		    "mount -t cgroup2 none /sys/fs/cgroup    (or boot with systemd.unified_cgroup_hierarchy=1)");
		return;
	}
	for (size_t i = 0; i < COUNT(groups); i++) {
		snprintf(what, sizeof what, "below %s %s", facts->cgroup, groups[i].what);
		if (!has(facts, groups[i].fact))
			doctor_advise(d, "kernel", NULL, what, groups[i].fix);
	}
}

void
doctor_kernel(struct doctor *d, const struct policy *policy, const struct kernel_facts *facts)
{
	for (unsigned i = 0; i < policy->roles_count; i++) {
		check_role(d, policy->roles[i], facts);
		check_exact(d, policy->roles[i], facts);
	}
	for (size_t i = 0; i < COUNT(landlock); i++)
		if (facts->abi < landlock[i].abi && (facts->abi > 0 || i == 0))
			doctor_advise(d, "kernel", NULL, landlock[i].what, landlock[i].fix);
	for (size_t i = 0; i < COUNT(things); i++)
		if (!has(facts, things[i].fact))
			(things[i].is_advice ? doctor_advise : doctor_add)(d, "kernel", NULL, things[i].what, things[i].fix);
	check_cgroup(d, facts);
}
