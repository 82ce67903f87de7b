/* SPDX-License-Identifier: ISC */
/*
 * Which rules can match in a text at all: one pass over it with a table of the literals of all rules, and a look
 * for runs of digits. Letters are folded, so it lets through too much, never too little.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_GATE_H
#define POSTERN_RECORDER_MASK_MASK_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask_rule.h"

#define MASK_GATE_WORDS	(1024 / 64)	/* of 64 bits: MASK_RULES_MOST rules */

struct mask_gate;

/* What is looked for beside rules. */
#define MASK_GATE_COLUMN	1u	/* the name of a column, or what begins a record of names and values */
#define MASK_GATE_OUTPUT	2u	/* a command whose output is covered */

/* A bit for each rule. */
struct mask_gate_set {
	uint64_t	words[MASK_GATE_WORDS];
	uint64_t	areas;	/* of this size, so that nothing stands between */
};

/* The rules must live as long as the gate. Never NULL. */
struct mask_gate	*mask_gate_new(const struct mask_rules *rules);
void			 mask_gate_free(struct mask_gate *gate);

/* The rules whose literals or digits stand in `text`, into *found. False if there are none. */
bool			 mask_gate_scan(const struct mask_gate *gate, const char *text, size_t count, struct mask_gate_set *found);

/* One rule's literal begins with the last bytes of `text`, or they are the beginning of a run of digits: so many of them, 0 if none. */
size_t			 mask_gate_tail(const struct mask_gate *gate, const char *text, size_t count);

size_t			 mask_gate_memory(const struct mask_gate *gate);

#endif
