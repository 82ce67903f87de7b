/* SPDX-License-Identifier: ISC */
/* What is wrong with the gate itself, in one sentence for those who look after it. */
#ifndef POSTERN_RECORDER_GATE_GATE_TROUBLE_H
#define POSTERN_RECORDER_GATE_GATE_TROUBLE_H

#include <stddef.h>

struct gate;

/* Deletions that failed, a retention that stands still, a replica that does not work, heads that are not signed; "" if all is well. */
void	gate_trouble(struct gate *gate, char *text, size_t size);

#endif
