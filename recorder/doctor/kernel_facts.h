/* SPDX-License-Identifier: ISC */
/* What this kernel can do, asked without changing anything. */
#ifndef POSTERN_RECORDER_DOCTOR_KERNEL_FACTS_H
#define POSTERN_RECORDER_DOCTOR_KERNEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_PATH	256

struct kernel_facts {
	uint32_t	abi;			/* of Landlock; 0: none */
	bool		has_notify;		/* seccomp: a filter's calls can be told to a tracer */
	bool		has_user_spaces;	/* user namespaces, for whoever asks */
	bool		has_pidfd;
	bool		has_boottime;		/* CLOCK_BOOTTIME with a timer on it */
	bool		has_trace;		/* ptrace of a child of one's own */
	bool		has_btf;		/* types of the kernel, for eBPF */
	bool		has_bpf;		/* eBPF for this user */
	char		cgroup[KERNEL_PATH];	/* where cgroup v2 is mounted; "" if it is not */
	bool		has_pids;		/* it can limit the number of processes */
	bool		has_kill, has_freeze;	/* cgroup.kill, cgroup.freeze; true if no cgroup is there to see it in */
};

void	kernel_facts_look(struct kernel_facts *facts);

#endif
