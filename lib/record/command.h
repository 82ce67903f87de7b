/* SPDX-License-Identifier: ISC */
/* Events about lines that were entered: the line, how its command ended, and what a guard said to it. */
#ifndef POSTERN_LIB_RECORD_COMMAND_H
#define POSTERN_LIB_RECORD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec_event;

#define REC_COMMAND_MOST	8192	/* bytes of a line */
#define REC_COMMAND_HEAD	4	/* bytes of a REC_COMMAND before its text: u32 number */
#define REC_GUARD_NAME		128	/* with the NUL */

/* A line as it stood on the screen when Enter was given to the program: what was masked on the screen is masked here. */
struct rec_command {
	uint32_t	 n;		/* 1, 2, ... within the recording */
	const char	*text;		/* borrowed; not terminated; a line feed between lines that were entered as one */
	size_t		 count;
};

/* Its command has ended; only shells that tell say so (OSC 133). */
struct rec_command_end {
	uint32_t	 n;		/* of the line */
	bool		 has_status;
	int32_t		 status;
	int64_t		 took_us;
};

/* What became of a line that a guard was asked about. */
enum rec_guard_did {
	REC_GUARD_WARNED = 1,	/* it was entered, with a warning */
	REC_GUARD_CONFIRMED,	/* entered, as it was confirmed */
	REC_GUARD_ALLOWED,	/* entered, as an approver said yes */
	REC_GUARD_DENIED,	/* not entered: by the rule */
	REC_GUARD_REFUSED,	/* not entered: an approver said no */
	REC_GUARD_LAPSED,	/* not entered: nobody answered in time, or nobody could be asked */
	REC_GUARD_WITHDRAWN,	/* not entered: the engineer thought better of it */
	REC_GUARD_ASKED,	/* an approver has been asked */
	REC_GUARD_DID_COUNT
};

struct rec_guard {
	enum rec_guard_did	 did;
	char			 rule[REC_GUARD_NAME], by[REC_GUARD_NAME];	/* by: the approver; "" if there was none */
	const char		*text;	/* the line, as in struct rec_command */
	size_t			 count;
};

#define REC_GUARD_HEAD	(3 + 2 * REC_GUARD_NAME)	/* most bytes of a REC_GUARD before its text */

/* _make fills *event, whose bytes point into `room`: the head and the text. A text that is too long is cut between characters. */
void	rec_event_make_command(struct rec_event *event, const struct rec_command *command, uint8_t room[REC_COMMAND_HEAD + REC_COMMAND_MOST]);
void	rec_event_make_command_end(struct rec_event *event, const struct rec_command_end *end, uint8_t room[17]);
void	rec_event_make_guard(struct rec_event *event, const struct rec_guard *guard, uint8_t room[REC_GUARD_HEAD + REC_COMMAND_MOST]);

/* 0, or ERR_REC_DAMAGED if the event is of another kind or is none of these. Texts point into the event. */
int	rec_event_read_command(const struct rec_event *event, struct rec_command *command);
int	rec_event_read_command_end(const struct rec_event *event, struct rec_command_end *end);
int	rec_event_read_guard(const struct rec_event *event, struct rec_guard *guard);

/* "warned", "denied", ...: for people and the log. Static. */
const char	*rec_guard_word(enum rec_guard_did did);

#endif
