/* SPDX-License-Identifier: ISC */
/*
 * What a program needs beside itself to start: its loader and its libraries, found as ld.so(8) finds them. Only reads
 * ELF (System V ABI, elf(5)); every offset and count in the file is taken as hostile.
 */
#ifndef POSTERN_RECORDER_CAGE_ELF_H
#define POSTERN_RECORDER_CAGE_ELF_H

#include <stdbool.h>
#include <stddef.h>

#define ELF_MOST	192	/* libraries of one program */

struct elf_needs {
	char	*loader;		/* NULL: it is static, or no program of this machine's own kind */
	char	*libraries[ELF_MOST];	/* whole paths */
	size_t	 count;
	bool	 more;			/* one was not found, or there are too many */
	bool	 is_script;		/* begins with "#!": it has no needs of its own */
};

/* Frees with elf_done. A file that cannot be read has no needs. */
void	elf_needs(const char *program, struct elf_needs *needs);
void	elf_done(struct elf_needs *needs);

/* True for a file that can be executed, or that a loader would execute: a program, not a library. */
bool	elf_is_program(int dir, const char *name);

#endif
