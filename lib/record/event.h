/* SPDX-License-Identifier: ISC */
/*
 * Events: what a recording consists of. In a segment each one is
 *	u8 kind | varint microseconds since the event before it (the first: since the recording's start) | varint bytes | payload
 * where a varint is seven bits a byte, least first, the top bit set on all but the last.
 */
#ifndef POSTERN_LIB_RECORD_EVENT_H
#define POSTERN_LIB_RECORD_EVENT_H

#include <stddef.h>
#include <stdint.h>

struct buf;

enum rec_kind {
	REC_OUTPUT = 1,		/* bytes that the terminal showed */
	REC_ERROR_OUTPUT,	/* standard error of a session without a terminal */
	REC_INPUT,		/* bytes that were typed now */
	REC_INPUT_HIDDEN,	/* u32: how many keys were typed that are not stored; varint microseconds from the first to the event, from the last */
	REC_RESIZE,		/* u16 columns, u16 rows */
	REC_NOTE,		/* text */
	REC_STATE,		/* text: frozen, thawed, extended, warned, disk-full, ... */
	REC_END,		/* i32 status, u32 killed, u32 survivors, text why */
	REC_COMMAND,		/* lib/record/command.h: a line as it stood on the screen at Enter */
	REC_EXEC,		/* lib/record/trail.h: a program was executed, or has exited */
	REC_FILE,		/* likewise: a file was opened for writing, made, renamed, removed, ... */
	REC_MASKED,		/* u32: how many values a rule has covered since it was last said, text: the rule */
	REC_GUARD,		/* lib/record/command.h: what a guard said to such a line */
	REC_META,		/* JSON text; the first event of segment 0, which the reader keeps for itself */
	REC_TYPED,		/* varint microseconds, bytes that were typed so long before the event: they were decided on now */
	REC_SHOWN,		/* varint microseconds, output that was shown so long before the event: it was decided on now */
	REC_COMMAND_END,	/* lib/record/command.h: such a line's command has ended */
	REC_KIND_COUNT		/* a reader hands on kinds it does not know; ignore them */
};

struct rec_event {
	enum rec_kind	 kind;
	int64_t		 t_us;	/* microseconds since the recording's start */
	const uint8_t	*bytes;	/* payload, borrowed */
	size_t		 count;	/* at most REC_EVENT_MOST */
};

#define REC_NOT_KNOWN	UINT32_MAX	/* in place of a number of processes */

/* How a session ended. */
struct rec_end {
	int32_t		 status;	/* exit status; 128 + signal */
	uint32_t	 killed;	/* processes that had to be killed; or REC_NOT_KNOWN */
	uint32_t	 survivors;	/* must be 0; or REC_NOT_KNOWN */
	char		 why[256];	/* text, cut if longer */
};

/* Values that a masking rule has covered; never the values. */
struct rec_masked {
	uint32_t	count;
	char		rule[128];	/* text, cut if longer */
};

/* What was typed: of any of the three kinds of input. */
struct rec_typed {
	int64_t		 first_us, last_us;	/* when; as the times of events, and not after the event's */
	const uint8_t	*bytes;			/* borrowed; NULL: they are not stored, and `count` are keys */
	size_t		 count;
};

#define REC_TYPED_HEAD	9	/* most bytes of a REC_TYPED before those that were typed */
#define REC_SHOWN_HEAD	9	/* the same of a REC_SHOWN */

#define REC_PAYLOAD	272	/* room for any payload made here */

/*
 * Payloads of the structured kinds. _make fills *event, whose bytes point into `room`. _read: 0, or ERR_REC_DAMAGED if
 * the event is of another kind or has another length.
 */
void	rec_event_make_resize(struct rec_event *event, uint16_t columns, uint16_t rows, uint8_t room[REC_PAYLOAD]);
int	rec_event_read_resize(const struct rec_event *event, uint16_t *columns, uint16_t *rows);
/* A REC_TYPED or a REC_INPUT_HIDDEN for an event whose t_us is set. `room`: REC_PAYLOAD, or REC_TYPED_HEAD and the bytes if that is more. */
void	rec_event_make_typed(struct rec_event *event, const struct rec_typed *typed, uint8_t *room);
int	rec_event_read_typed(const struct rec_event *event, struct rec_typed *typed);
/*
 * Output that was shown at `shown_us` (as the times of events) and goes into an event whose t_us is set: a REC_SHOWN, which a
 * reader hands out as a REC_OUTPUT of that time, in its place among the others of its segment. `room`: REC_SHOWN_HEAD + count bytes.
 */
void	rec_event_make_shown(struct rec_event *event, int64_t shown_us, const uint8_t *bytes, size_t count, uint8_t *room);
/* Turns a REC_SHOWN into that REC_OUTPUT. */
int	rec_event_read_shown(struct rec_event *event);
void	rec_event_make_end(struct rec_event *event, const struct rec_end *end, uint8_t room[REC_PAYLOAD]);
int	rec_event_read_end(const struct rec_event *event, struct rec_end *end);
void	rec_event_make_masked(struct rec_event *event, const struct rec_masked *masked, uint8_t room[REC_PAYLOAD]);
int	rec_event_read_masked(const struct rec_event *event, struct rec_masked *masked);
/* For the text kinds (note, state): the text is borrowed. */
void	rec_event_make_text(struct rec_event *event, enum rec_kind kind, const char *text);

/* "output", "input", ... for exports; "unknown" for kinds without a name. Static. */
const char	*rec_event_name(enum rec_kind kind);

/*
 * Appends the event. *previous_us is the time of the event before it and becomes this one's; a time that goes back is
 * taken as equal. 0, -EMSGSIZE (payload too long) or ERR_BUF_FULL with nothing added.
 */
int	rec_event_encode(const struct rec_event *event, int64_t *previous_us, struct buf *out);

/* Takes the first event of the bytes. The bytes it used, or ERR_REC_DAMAGED. */
int	rec_event_decode(const uint8_t *bytes, size_t count, int64_t *previous_us, struct rec_event *event);

#endif
