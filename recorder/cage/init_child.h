/* SPDX-License-Identifier: ISC */
/* The session's child: from a copy of init to the role's command. */
#ifndef POSTERN_RECORDER_CAGE_INIT_CHILD_H
#define POSTERN_RECORDER_CAGE_INIT_CHILD_H

struct init_trail;
struct plan;

/*
 * Called in the fork of init. Takes the terminal or the pipes, becomes the account, only then reads the launch file, closes
 * the cage and execs. `report` (close-on-exec) gets one struct init_word if that is refused or fails before the exec, else
 * one struct enforced, and its end of file when the command runs. If the exec itself fails, a sentence goes to the terminal and the status is
 * SESSION_NO_COMMAND.
 */
void	init_child(struct plan *plan, int report, const struct init_trail *trail) __attribute__((noreturn));

#endif
