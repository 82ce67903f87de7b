/* SPDX-License-Identifier: ISC */
/* The gate's part in signing the log's heads: when, and what is said if it cannot be done. */
#ifndef POSTERN_RECORDER_GATE_GATE_HEAD_H
#define POSTERN_RECORDER_GATE_GATE_HEAD_H

struct gate;

/* The catalogue was opened: from now on each of its transactions that adds to the log carries the head over that. */
void	gate_head_attend(struct gate *gate);

/* Each second: opens the keys when the catalogue is there, begins epochs, signs what is new. */
void	gate_head_tick(struct gate *gate);
void	gate_head_done(struct gate *gate);	/* signs once more */

#endif
