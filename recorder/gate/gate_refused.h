/* SPDX-License-Identifier: ISC */
/* Who was turned away by the gate: in the log, but no uid fills it, and none hides another one's tries. */
#ifndef POSTERN_RECORDER_GATE_GATE_REFUSED_H
#define POSTERN_RECORDER_GATE_GATE_REFUSED_H

#include <sys/types.h>

struct gate;

/* One entry for each uid in ten seconds; the tries in between are counted in the next one. */
void	gate_refused(struct gate *gate, uid_t uid, const char *why);

#endif
