/* SPDX-License-Identifier: ISC */
/* The programs: "if the port is one of these, 1, else 0". user_port is in network order, like the constants. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/cage/cgroup.h"
#include "recorder/cage/portbpf.h"
#include "recorder/keeper/rights.h"

#define STEPS_MOST	(RIGHTS_PORTS + 8)

static long
bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof *attr);
}

/*
 *	r2 = context->type			(only if datagrams are let through)
 *	if r2 == SOCK_DGRAM goto yes
 *	r2 = context->user_port
 *	if r2 == PORT goto yes			(for each)
 *	r0 = 0; exit
 *	yes: r0 = 1; exit
 */
static size_t
make_program(struct bpf_insn *steps, const uint16_t *ports, uint32_t count, bool datagrams)
{
	size_t n = 0;

	if (datagrams) {
		steps[n++] = (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1,
			.off = offsetof(struct bpf_sock_addr, type) };
		steps[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 2, .imm = SOCK_DGRAM,
			.off = (int16_t)(count + 3) };
	}
	steps[n++] = (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1,
		.off = offsetof(struct bpf_sock_addr, user_port) };
	for (uint32_t i = 0; i < count; i++)
		steps[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 2, .imm = htons(ports[i]),
			.off = (int16_t)(count - i + 1) };
	steps[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 };
	steps[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	if (count == 0 && !datagrams)
		return n;	/* the verifier refuses what is never reached */
	steps[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 };
	steps[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return n;
}

static int
attach(int cgroup, enum bpf_attach_type type, const uint16_t *ports, uint32_t count, bool datagrams)
{
	struct bpf_insn steps[STEPS_MOST];
	static const char license[] = "ISC";	/* no helper that asks for another */
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR };
	union bpf_attr link = { .target_fd = (uint32_t)cgroup };
	AUTO_FD int program = -1;

	load.expected_attach_type = type;
	load.insn_cnt = (uint32_t)make_program(steps, ports, count, datagrams);
	load.insns = (uintptr_t)steps;
	load.license = (uintptr_t)license;
	program = (int)bpf(BPF_PROG_LOAD, &load);
	if (program < 0)
		return -errno;
	link.attach_bpf_fd = (uint32_t)program;
	link.attach_type = type;
	return bpf(BPF_PROG_ATTACH, &link) < 0 ? -errno : 0;
}

int
portbpf_attach(const struct cgroup *cgroup, const struct rights *rights)
{
	bool udp = (rights->flags & (RIGHTS_UDP | RIGHTS_RAW)) != 0;
	int r;

	if (cgroup->dir < 0)
		return -ENOENT;
	r = attach(cgroup->dir, BPF_CGROUP_INET4_CONNECT, rights->connect, rights->connect_count, udp);
	if (r == 0)
		r = attach(cgroup->dir, BPF_CGROUP_INET6_CONNECT, rights->connect, rights->connect_count, udp);
	if (r == 0)
		r = attach(cgroup->dir, BPF_CGROUP_INET4_BIND, rights->bind, rights->bind_count, udp);
	return r == 0 ? attach(cgroup->dir, BPF_CGROUP_INET6_BIND, rights->bind, rights->bind_count, udp) : r;
}
