/* SPDX-License-Identifier: ISC */
/*
 * What workers report on its way into the log. A report waits for at most ten milliseconds; all that have come meanwhile, of
 * all sessions, are one transaction with one signed head, and each is acknowledged when that is on the disk. The queue is
 * bounded: full, it is written at once, and for two seconds nobody new enters.
 */
#ifndef POSTERN_RECORDER_GATE_LIVE_REPORT_H
#define POSTERN_RECORDER_GATE_LIVE_REPORT_H

#include <stdbool.h>

#define LIVE_REPORTS_MOST	256u

struct gate;
struct live;
struct wire_message;

/* Takes the message, a WIRE_REPORT. If it fills the queue, sessions that are over are freed, this one perhaps too. */
void	live_reports_add(struct live *live, struct wire_message *message);

/* Now, not later; sessions that are over are freed. */
void	live_reports_write(struct gate *gate);

/* More is reported than the disk takes. */
bool	live_reports_are_full(const struct gate *gate);

void	live_reports_done(struct gate *gate);

#endif
