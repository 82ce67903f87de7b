/* SPDX-License-Identifier: ISC */
/*
 * The program. At the tracepoint the process is alone in its new memory, and nothing of the new program has run:
 *
 *	if none of the task's pid namespaces is the session's: done
 *	record = this processor's scratch
 *	record.pid = its number there
 *	record's name = bprm->filename, which is in the kernel's memory
 *	record's arguments = from mm->arg_start to mm->arg_end, at most EXACT_ARGS_MOST
 *	put the record into the ring; whatever fails adds one to `lost`
 *
 * It runs for every exec of the machine, and leaves after a few reads where the exec is none of the session's.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/cage/bpf.h"
#include "recorder/trail/btf.h"
#include "recorder/trail/exact_ring.h"

#define LEVELS_MOST	32	/* the kernel's MAX_PID_NS_LEVEL */
#define SCRATCH_BYTES	(sizeof(struct exact_record) + EXACT_NAME_MOST + EXACT_ARGS_MOST)

/*
 * r0: answers; r1 to r5: arguments, gone after a call; r10: the end of the stack. What stays: r7 is the bprm, then the mm, then
 * the bytes of the arguments; r8 the struct pid, then the bytes of the name; r9 the level, then the record.
 */
enum reg { R0, R1, R2, R3, R4, R5, TASK, R7, R8, R9, FRAME };

enum label { NEXT_LEVEL, FOUND, ALL_ARGS, LOST, DONE };

/* On the stack. */
enum slot { SLOT_KEY = -8, SLOT_POINTER = -16, SLOT_END = -24, SLOT_NUMBER = -48 };

enum field { TASK_PID, TASK_MM, PID_LEVEL, PID_NUMBERS, NUMBER_NR, NUMBER_NS, NUMBER_BYTES, SPACE_NS, NS_INUM, MM_START, MM_END,
	BPRM_NAME, FIELD_COUNT };

/* What the program is made of. */
struct maker {
	struct bpf_code			 code;
	struct btf_field		 fields[FIELD_COUNT];
	const struct exact_program	*program;
	int				 scratch;
	uint32_t			 space;		/* inode of the session's pid namespace */
};

/* clang-format off */
static const struct btf_field fields[FIELD_COUNT] = {
	[TASK_PID]	= { "task_struct", "thread_pid", 0 },
	[TASK_MM]	= { "task_struct", "mm", 0 },
	[PID_LEVEL]	= { "pid", "level", 0 },
	[PID_NUMBERS]	= { "pid", "numbers", 0 },
	[NUMBER_NR]	= { "upid", "nr", 0 },
	[NUMBER_NS]	= { "upid", "ns", 0 },
	[NUMBER_BYTES]	= { "upid", NULL, 0 },
	[SPACE_NS]	= { "pid_namespace", "ns", 0 },
	[NS_INUM]	= { "ns_common", "inum", 0 },
	[MM_START]	= { "mm_struct", "arg_start", 0 },
	[MM_END]	= { "mm_struct", "arg_end", 0 },
	[BPRM_NAME]	= { "linux_binprm", "filename", 0 },
};
/* clang-format on */

/* ---- steps */

static void
load(struct maker *m, enum reg to, enum reg base, int offset)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_LDX | BPF_MEM | BPF_DW, (unsigned)to & 15u, (unsigned)base & 15u, (int16_t)offset, 0 });
}

static void
load_word(struct maker *m, enum reg to, enum reg base, int offset)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_LDX | BPF_MEM | BPF_W, (unsigned)to & 15u, (unsigned)base & 15u, (int16_t)offset, 0 });
}

/* Four bytes into the record. */
static void
store(struct maker *m, size_t offset, enum reg from)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_STX | BPF_MEM | BPF_W, R9, (unsigned)from & 15u, (int16_t)offset, 0 });
}

static void
move(struct maker *m, enum reg to, enum reg from)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_X, (unsigned)to & 15u, (unsigned)from & 15u, 0, 0 });
}

static void
set(struct maker *m, enum reg to, uint32_t value)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, (unsigned)to & 15u, 0, 0, (int32_t)value });
}

/* `what`: BPF_ADD, BPF_SUB, BPF_MUL. */
static void
change(struct maker *m, uint8_t what, enum reg to, int32_t value)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_ALU64 | BPF_K | what, (unsigned)to & 15u, 0, 0, value });
}

static void
change_by(struct maker *m, uint8_t what, enum reg to, enum reg from)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_ALU64 | BPF_X | what, (unsigned)to & 15u, (unsigned)from & 15u, 0, 0 });
}

/* `test`: BPF_JEQ, BPF_JGT and so on, without a sign. */
static void
jump_if(struct maker *m, uint8_t test, enum reg reg, uint32_t value, enum label label)
{
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP32 | BPF_K | test, (unsigned)reg & 15u, 0, 0, (int32_t)value }, label);
}

static void
jump(struct maker *m, enum label label)
{
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JA, 0, 0, 0, 0 }, label);
}

static void
call(struct maker *m, enum bpf_func_id helper)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_JMP | BPF_CALL, 0, 0, 0, (int32_t)helper });
}

/* `pseudo`: BPF_PSEUDO_MAP_FD, or BPF_PSEUDO_MAP_VALUE for what is in it. One step of double length. */
static void
load_map(struct maker *m, enum reg to, uint8_t pseudo, int map)
{
	bpf_step(&m->code, (struct bpf_insn){ BPF_LD | BPF_DW | BPF_IMM, (unsigned)to & 15u, pseudo & 15u, 0, map });
	bpf_step(&m->code, (struct bpf_insn){ 0, 0, 0, 0, 0 });
}

/* `count` bytes of the kernel's memory, from a field of what `base` points to, into a slot. */
static void
fetch(struct maker *m, enum slot slot, uint32_t count, enum reg base, enum field field)
{
	move(m, R3, base);
	change(m, BPF_ADD, R3, (int32_t)m->fields[field].bytes);
	move(m, R1, FRAME);
	change(m, BPF_ADD, R1, slot);
	set(m, R2, count);
	call(m, BPF_FUNC_probe_read_kernel);
}

static void
fetch_pointer(struct maker *m, enum reg to, enum reg base, enum field field)
{
	fetch(m, SLOT_POINTER, 8, base, field);
	load(m, to, FRAME, SLOT_POINTER);
}

/* ---- the program */

/* From the outermost namespace inwards; leaves the number in its slot, or is done. */
static void
find_session(struct maker *m)
{
	fetch_pointer(m, R8, TASK, TASK_PID);
	set(m, R9, 0);
	bpf_label(&m->code, NEXT_LEVEL);
	jump_if(m, BPF_JGT, R9, LEVELS_MOST, DONE);
	fetch(m, SLOT_KEY, 4, R8, PID_LEVEL);
	load_word(m, R1, FRAME, SLOT_KEY);
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JGT | BPF_X, R9, R1, 0, 0 }, DONE);
	move(m, R1, R9);
	change(m, BPF_MUL, R1, (int32_t)m->fields[NUMBER_BYTES].bytes);
	move(m, R3, R8);
	change_by(m, BPF_ADD, R3, R1);
	change(m, BPF_ADD, R3, (int32_t)m->fields[PID_NUMBERS].bytes);
	move(m, R1, FRAME);
	change(m, BPF_ADD, R1, SLOT_NUMBER);
	set(m, R2, m->fields[NUMBER_BYTES].bytes);
	call(m, BPF_FUNC_probe_read_kernel);
	load(m, R1, FRAME, SLOT_NUMBER + (int)m->fields[NUMBER_NS].bytes);
	change(m, BPF_ADD, R1, (int32_t)m->fields[SPACE_NS].bytes);
	fetch(m, SLOT_KEY, 4, R1, NS_INUM);
	load_word(m, R1, FRAME, SLOT_KEY);
	jump_if(m, BPF_JEQ, R1, m->space, FOUND);
	change(m, BPF_ADD, R9, 1);
	jump(m, NEXT_LEVEL);
}

/* The record, with the number in it. */
static void
take_scratch(struct maker *m)
{
	bpf_label(&m->code, FOUND);
	bpf_step(&m->code, (struct bpf_insn){ BPF_ST | BPF_MEM | BPF_W, FRAME, 0, SLOT_KEY, 0 });
	load_map(m, R1, BPF_PSEUDO_MAP_FD, m->scratch);
	move(m, R2, FRAME);
	change(m, BPF_ADD, R2, SLOT_KEY);
	call(m, BPF_FUNC_map_lookup_elem);
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JEQ | BPF_K, R0, 0, 0, 0 }, LOST);
	move(m, R9, R0);
	load_word(m, R1, FRAME, SLOT_NUMBER + (int)m->fields[NUMBER_NR].bytes);
	store(m, offsetof(struct exact_record, pid), R1);
}

static void
take_name(struct maker *m)
{
	fetch_pointer(m, R3, R7, BPRM_NAME);
	move(m, R1, R9);
	change(m, BPF_ADD, R1, sizeof(struct exact_record));
	set(m, R2, EXACT_NAME_MOST);
	call(m, BPF_FUNC_probe_read_kernel_str);
	move(m, R8, R0);
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JGT | BPF_K, R8, 0, 0, EXACT_NAME_MOST }, LOST);
	store(m, offsetof(struct exact_record, name_bytes), R8);
}

static void
take_args(struct maker *m)
{
	fetch_pointer(m, R7, TASK, TASK_MM);
	fetch(m, SLOT_END, 8, R7, MM_END);
	fetch_pointer(m, R3, R7, MM_START);
	load(m, R7, FRAME, SLOT_END);
	change_by(m, BPF_SUB, R7, R3);
	set(m, R1, 0);
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JLE | BPF_K, R7, 0, 0, EXACT_ARGS_MOST }, ALL_ARGS);
	set(m, R1, 1);
	set(m, R7, EXACT_ARGS_MOST);
	bpf_label(&m->code, ALL_ARGS);
	store(m, offsetof(struct exact_record, is_cut), R1);
	store(m, offsetof(struct exact_record, args_bytes), R7);
	move(m, R1, R9);
	change_by(m, BPF_ADD, R1, R8);
	change(m, BPF_ADD, R1, sizeof(struct exact_record));
	move(m, R2, R7);
	call(m, BPF_FUNC_probe_read_user);
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JNE | BPF_K, R0, 0, 0, 0 }, LOST);
}

static void
put_record(struct maker *m)
{
	load_map(m, R1, BPF_PSEUDO_MAP_FD, m->program->ring);
	move(m, R2, R9);
	move(m, R3, R7);
	change_by(m, BPF_ADD, R3, R8);
	change(m, BPF_ADD, R3, sizeof(struct exact_record));
	set(m, R4, 0);
	call(m, BPF_FUNC_ringbuf_output);
	bpf_jump(&m->code, (struct bpf_insn){ BPF_JMP | BPF_JEQ | BPF_K, R0, 0, 0, 0 }, DONE);
	bpf_label(&m->code, LOST);
	load_map(m, R1, BPF_PSEUDO_MAP_VALUE, m->program->lost);
	set(m, R2, 1);
	bpf_step(&m->code, (struct bpf_insn){ BPF_STX | BPF_ATOMIC | BPF_DW, R1, R2, 0, BPF_ADD });
	bpf_label(&m->code, DONE);
	set(m, R0, 0);
	bpf_step(&m->code, (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 });
}

/* The tracepoint's words: the task, its number before the exec, the struct linux_binprm. */
static void
make_program(struct maker *m)
{
	load(m, TASK, R1, 0);
	load(m, R7, R1, 16);
	find_session(m);
	take_scratch(m);
	take_name(m);
	take_args(m);
	put_record(m);
}

/* ---- loading */

static int
find_fields(struct maker *m)
{
	AUTO_FREE char *bytes = NULL;
	size_t count;
	int r = fdio_slurp_path(BTF_KERNEL, BTF_MOST, &bytes, &count);

	for (size_t i = 0; i < FIELD_COUNT; i++)
		m->fields[i] = fields[i];
	if (r == 0)
		r = btf_find(bytes, count, m->fields, FIELD_COUNT);
	if (r == 0 && m->fields[NUMBER_BYTES].bytes != 16)	/* its slot's size, which the verifier sees */
		return ERR_UNSUPPORTED;
	return r;
}

static int
open_maps(struct maker *m, struct exact_program *program)
{
	program->ring = bpf_map(BPF_MAP_TYPE_RINGBUF, 0, EXACT_RING_BYTES, 0);
	program->lost = bpf_map(BPF_MAP_TYPE_ARRAY, sizeof(uint64_t), 1, BPF_F_MMAPABLE);
	m->scratch = bpf_map(BPF_MAP_TYPE_PERCPU_ARRAY, SCRATCH_BYTES, 1, 0);
	if (program->ring < 0 || program->lost < 0)
		return program->ring < 0 ? program->ring : program->lost;
	return m->scratch < 0 ? m->scratch : 0;
}

int
exact_bpf_open(struct exact_program *out)
{
	static const struct bpf_kind kind = { BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "Dual BSD/GPL" };	/* its helpers ask for that */
	AUTO(exact_bpf_close) struct exact_program program = { -1, -1, -1 };
	struct maker maker = { .program = &program, .scratch = -1 };
	AUTO_FD int scratch = -1, loaded = -1;
	struct stat space;
	int r = stat("/proc/self/ns/pid", &space) < 0 ? -errno : find_fields(&maker);

	if (r < 0)
		return r;
	maker.space = (uint32_t)space.st_ino;
	r = open_maps(&maker, &program);
	scratch = maker.scratch;
	if (r < 0)
		return r;
	make_program(&maker);
	loaded = bpf_load(&maker.code, &kind);
	if (loaded < 0)
		return loaded;
	program.link = bpf_tracepoint(loaded, "sched_process_exec");
	if (program.link < 0)
		return program.link;
	*out = TAKE(program, ((struct exact_program){ -1, -1, -1 }));
	return 0;
}

void
exact_bpf_close(struct exact_program *program)
{
	own_close(&program->link);
	own_close(&program->ring);
	own_close(&program->lost);
}
