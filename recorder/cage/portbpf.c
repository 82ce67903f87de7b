/* SPDX-License-Identifier: ISC */
/* The programs: "if the port is one of these, 1, else 0". user_port is in network order, like the constants. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/own.h"
#include "recorder/cage/bpf.h"
#include "recorder/cage/cgroup.h"
#include "recorder/cage/portbpf.h"
#include "recorder/keeper/rights.h"

enum label { YES };

static void
load(struct bpf_code *code, size_t field)
{
	bpf_step(code, (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = (int16_t)field });
}

static void
yes_if(struct bpf_code *code, int32_t value)
{
	bpf_jump(code, (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 2, .imm = value }, YES);
}

static void
answer(struct bpf_code *code, int32_t value)
{
	bpf_step(code, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = value });
	bpf_step(code, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

static void
make_program(struct bpf_code *code, const uint16_t *ports, uint32_t count, bool datagrams)
{
	if (datagrams) {
		load(code, offsetof(struct bpf_sock_addr, type));
		yes_if(code, SOCK_DGRAM);
	}
	load(code, offsetof(struct bpf_sock_addr, user_port));
	for (uint32_t i = 0; i < count; i++)
		yes_if(code, htons(ports[i]));
	answer(code, 0);
	bpf_label(code, YES);
	if (count > 0 || datagrams)	/* the verifier refuses what is never reached */
		answer(code, 1);
}

static int
attach(int cgroup, enum bpf_attach_type type, const uint16_t *ports, uint32_t count, bool datagrams)
{
	const struct bpf_kind kind = { BPF_PROG_TYPE_CGROUP_SOCK_ADDR, type, "ISC" };	/* no helper that asks for another */
	struct bpf_code code = { .count = 0 };
	AUTO_FD int program = -1;

	make_program(&code, ports, count, datagrams);
	program = bpf_load(&code, &kind);
	return program < 0 ? program : bpf_cgroup(program, cgroup, type);
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
