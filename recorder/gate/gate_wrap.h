/* SPDX-License-Identifier: ISC */
/* The key that wraps the key slots: it comes from posternd through a pipe, and nothing is granted where slots need one that is not here. */
#ifndef POSTERN_RECORDER_GATE_GATE_WRAP_H
#define POSTERN_RECORDER_GATE_GATE_WRAP_H

#include <stdbool.h>

struct gate;

/* First thing: reads DAEMON_SLOTS_KEY to its end, if it is open. Fatal if what it has is no key. */
void	gate_wrap_take(struct gate *gate);
void	gate_wrap_done(struct gate *gate);

/* For a store that was just opened: wraps what is not. 0, or an error after a line in the journal. */
int	gate_wrap_store(struct gate *gate);

/* Tells the log, once, what was wrapped. */
void	gate_wrap_tell(struct gate *gate);

/* True for what another start would not change either: posternd gives up then. */
bool	gate_wrap_is_final(int error);

#endif
