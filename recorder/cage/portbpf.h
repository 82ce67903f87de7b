/* SPDX-License-Identifier: ISC */
/*
 * Ports of a cgroup, for kernels whose Landlock has none (before 6.7): four small programs on connect and bind
 * (bpf(2), BPF_PROG_TYPE_CGROUP_SOCK_ADDR). Root only; they go with the cgroup.
 */
#ifndef POSTERN_RECORDER_CAGE_PORTBPF_H
#define POSTERN_RECORDER_CAGE_PORTBPF_H

struct cgroup;
struct rights;

/*
 * From now on only the ports of `rights` can be connected to and bound in this cgroup and below; UDP is free if the role
 * has it. 0 or -errno.
 */
int	portbpf_attach(const struct cgroup *cgroup, const struct rights *rights);

#endif
