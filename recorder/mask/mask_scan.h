/* SPDX-License-Identifier: ISC */
/* Reads a pattern as PCRE2 would, far enough to tell whether it can cost more than a line is worth. */
#ifndef POSTERN_RECORDER_MASK_MASK_SCAN_H
#define POSTERN_RECORDER_MASK_MASK_SCAN_H

#include <stddef.h>

#define MASK_SCAN_REPEAT	8192	/* the most that a repeat may ask for */
#define MASK_SCAN_NESTED	10	/* a repeat of more than this stands around none of more than this */
#define MASK_SCAN_LEVELS	2	/* so many repeats may stand around each other */

/*
 * 0, or ERR_MASK_RULES with a sentence in `why` (size bytes): an open repeat, one too large, one around another, or a
 * construct whose cost cannot be seen (recursion, callouts, verbs).
 */
int	mask_scan(const char *pattern, char *why, size_t size);

#endif
