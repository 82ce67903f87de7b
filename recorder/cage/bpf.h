/* SPDX-License-Identifier: ISC */
/* Small programs for the kernel without a library: bpf(2), and jumps by label (the kernel's Documentation/bpf/standardization). */
#ifndef POSTERN_RECORDER_CAGE_BPF_H
#define POSTERN_RECORDER_CAGE_BPF_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#define BPF_STEPS_MOST	128
#define BPF_LABELS_MOST	8

/* A program as it is written, zeroed at first. A label is a number below BPF_LABELS_MOST. */
struct bpf_code {
	struct bpf_insn	steps[BPF_STEPS_MOST];
	uint8_t		jumps[BPF_STEPS_MOST];	/* 1 + the label that the step jumps to; 0: it does not */
	int16_t		labels[BPF_LABELS_MOST];	/* the step behind each */
	size_t		count;			/* more than BPF_STEPS_MOST: it is too long, and cannot be loaded */
};

struct bpf_kind {
	uint32_t	type;		/* BPF_PROG_TYPE_* */
	uint32_t	attach;		/* expected_attach_type, or 0 */
	const char	*license;	/* some helpers ask for one that is compatible with the GPL */
};

void	bpf_step(struct bpf_code *code, struct bpf_insn step);
void	bpf_jump(struct bpf_code *code, struct bpf_insn step, unsigned label);	/* its offset is filled in */
void	bpf_label(struct bpf_code *code, unsigned label);	/* stands before the next step */

/* A descriptor (close-on-exec), or -errno: -E2BIG if the code is too long, -EPERM without the right to. */
int	bpf_load(struct bpf_code *code, const struct bpf_kind *kind);
/* Keys are 4 bytes, or 0 for a ring. The same answers. */
int	bpf_map(uint32_t type, uint32_t value_bytes, uint32_t entries, uint32_t flags);
/* Runs the program at each of the kernel's tracepoints `name` until the descriptor is closed by all who have it. */
int	bpf_tracepoint(int program, const char *name);
/* 0 or -errno; it stays with the cgroup. */
int	bpf_cgroup(int program, int cgroup, enum bpf_attach_type type);

#endif
