/* SPDX-License-Identifier: ISC */
/* Lines that wait in a session for an approver's answer. */
#ifndef POSTERN_RECORDER_GATE_GATE_GUARD_H
#define POSTERN_RECORDER_GATE_GATE_GUARD_H

struct live;
struct wire_report;

/* A report `guard-asked` or `guarded`: from now on a line waits, or none does. */
void	gate_guard_note(struct live *live, const struct wire_report *report);

#endif
