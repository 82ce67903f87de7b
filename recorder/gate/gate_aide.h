/* SPDX-License-Identifier: ISC */
/*
 * Processes beside the gate that may wait for others, so that it need not: an output for each line "NAME KIND WORDS" of
 * /etc/postern/outputs, a witness for each line "NAME ssh|http WHERE KEY" of /etc/postern/witnesses. They run as the gate does,
 * are started again when they end, and go when the gate goes.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_AIDE_H
#define POSTERN_RECORDER_GATE_GATE_AIDE_H

#include <stddef.h>

#define OUT_SLOTS_KEY	3	/* descriptor of an output: a pipe with the keys of the key slots; closed if there are none */

struct gate;

/* At the start and when the policy is read again: lines that are new begin, lines that have gone end. */
void	gate_aides_load(struct gate *gate);

/* Every few seconds. */
void	gate_aides_tick(struct gate *gate);
void	gate_aides_done(struct gate *gate);

/* Sentences about those with which something is wrong, with a blank before each; as much as fits. */
void	gate_aides_trouble(const struct gate *gate, char *text, size_t size);

#endif
