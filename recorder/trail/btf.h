/* SPDX-License-Identifier: ISC */
/*
 * Where the running kernel keeps its fields: /sys/kernel/btf/vmlinux (the kernel's Documentation/bpf/btf.rst), read for the
 * few structs that a program of ours looks into.
 */
#ifndef POSTERN_RECORDER_TRAIL_BTF_H
#define POSTERN_RECORDER_TRAIL_BTF_H

#include <stddef.h>
#include <stdint.h>

#define BTF_KERNEL	"/sys/kernel/btf/vmlinux"
#define BTF_MOST	(64u << 20)	/* bytes of that file */

struct btf_field {
	const char	*type, *member;	/* "mm_struct", "arg_start"; a NULL member asks for the size of the struct */
	uint32_t	 bytes;		/* filled in: the offset, or the size */
};

/* All of them: 0; ERR_UNSUPPORTED if the bytes are not BTF as we know it, or one of the fields is not there. */
int	btf_find(const void *bytes, size_t count, struct btf_field *fields, size_t field_count);

#endif
