/* SPDX-License-Identifier: ISC */
/* bpf(2). Attributes are zeroed and of the size that this build knows; an older kernel refuses only what is set in them. */
#include "config.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/cage/bpf.h"

static int
bpf(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof *attr);

	return r < 0 ? -errno : (int)r;
}

void
bpf_step(struct bpf_code *code, struct bpf_insn step)
{
	if (code->count < BPF_STEPS_MOST)
		code->steps[code->count] = step;
	code->count++;
}

void
bpf_jump(struct bpf_code *code, struct bpf_insn step, unsigned label)
{
	if (code->count < BPF_STEPS_MOST)
		code->jumps[code->count] = (uint8_t)(label + 1);
	bpf_step(code, step);
}

void
bpf_label(struct bpf_code *code, unsigned label)
{
	code->labels[label] = (int16_t)code->count;
}

/* Offsets count from the step behind the jump. */
static void
place_jumps(struct bpf_code *code)
{
	for (size_t i = 0; i < code->count; i++)
		if (code->jumps[i] != 0)
			code->steps[i].off = (int16_t)(code->labels[code->jumps[i] - 1] - (int16_t)(i + 1));
}

int
bpf_load(struct bpf_code *code, const struct bpf_kind *kind)
{
	union bpf_attr attr = { .prog_type = kind->type };

	if (code->count > BPF_STEPS_MOST)
		return -E2BIG;
	place_jumps(code);
	attr.expected_attach_type = kind->attach;
	attr.insn_cnt = (uint32_t)code->count;
	attr.insns = (uintptr_t)code->steps;
	attr.license = (uintptr_t)kind->license;
	return bpf(BPF_PROG_LOAD, &attr);
}

int
bpf_map(uint32_t type, uint32_t value_bytes, uint32_t entries, uint32_t flags)
{
	union bpf_attr attr = {
		.map_type = type, .key_size = type == BPF_MAP_TYPE_RINGBUF ? 0 : 4, .value_size = value_bytes, .max_entries = entries,
		.map_flags = flags
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

int
bpf_tracepoint(int program, const char *name)
{
	union bpf_attr attr = { .raw_tracepoint = { .name = (uintptr_t)name, .prog_fd = (uint32_t)program } };

	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

int
bpf_cgroup(int program, int cgroup, enum bpf_attach_type type)
{
	union bpf_attr attr = { .target_fd = (uint32_t)cgroup };

	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = type;
	return bpf(BPF_PROG_ATTACH, &attr);
}
