/* SPDX-License-Identifier: ISC */
/*
 * TCP and UDP ports of a cgroup, for kernels whose Landlock has none (before 6.7): four small programs on connect and bind
 * (bpf(2), BPF_PROG_TYPE_CGROUP_SOCK_ADDR). Root only; they go with the cgroup.
 */
#ifndef POSTERN_RECORDER_CAGE_PORTBPF_H
#define POSTERN_RECORDER_CAGE_PORTBPF_H

struct cgroup;
struct rights;

/* From now on only the ports of `rights` can be connected to and bound in this cgroup and below. 0 or -errno. */
int	portbpf_attach(const struct cgroup *cgroup, const struct rights *rights);

#endif
