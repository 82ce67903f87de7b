/* SPDX-License-Identifier: ISC */
/*
 * Who is in which group of the system, as far as the policy lists people: asked now and then, and kept as a version
 * (gate_versions.h), so that it can be told later. As text: a line for each account, its name and "group:NAME" for each group,
 * with blanks between. In a trial the policy's own groups are all there are.
 */
#ifndef POSTERN_RECORDER_GATE_MEMBERS_H
#define POSTERN_RECORDER_GATE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

struct gate;
struct members_round;
struct policy_person;
struct policy_subject;

/* A version, read. */
struct members {
	char	*text;
	char	**words;	/* into it */
	bool	*is_first;	/* of its line: an account */
	size_t	 count;
};

void	members_read(const char *text, struct members *members);
void	members_done(struct members *members);

/* Sets subject->belongs to what is true of the person's accounts; the array is the caller's to free, the texts are not. */
void	members_of(const struct members *members, const struct policy_person *person, struct policy_subject *subject);

/* Asks anew, if the last time is an hour ago or `now`; the answers come from the loop. */
void	members_look(struct gate *gate, bool now);
void	members_stop(struct gate *gate);

#endif
