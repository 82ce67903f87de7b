/* SPDX-License-Identifier: ISC */
/* Command lines as a shell would take them apart, far enough to know which programs they start; and where a prompt ends. */
#ifndef POSTERN_RECORDER_MASK_MASK_COMMAND_H
#define POSTERN_RECORDER_MASK_MASK_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_MOST	1024	/* bytes of a line that are looked at */

struct mask_area;

/* The place in `areas` of the one whose glob matches a command of the line, or `count`. */
size_t	mask_command_find(const struct mask_area *areas, size_t count, const char *line, size_t bytes);

/*
 * Bytes up to behind the next prompt's end from `from` on: a sign that ends prompts ($ # % > and a few more) with a blank or
 * the end of the line behind it. 0: there is none. The prompt may go on: what looks like its end can stand inside of it.
 */
size_t	mask_prompt_end(const char *line, size_t bytes, size_t from);

#endif
