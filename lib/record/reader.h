/* SPDX-License-Identifier: ISC */
/*
 * Reading a recording: whole, damaged, left by a crash, or still running. What it hands out is authentic and in order,
 * from the beginning (or a segment's beginning) up to the first damage; it never goes past one. While it runs, the
 * tail's events follow those of the file, each once.
 */
#ifndef POSTERN_LIB_RECORD_READER_H
#define POSTERN_LIB_RECORD_READER_H

#include <stdbool.h>

#include "lib/record/event.h"
#include "lib/record/source.h"

struct buf;
struct age_ring;
struct layers_to;
struct rec_reader;

/* With what the recording's key is opened. */
struct rec_keyring {
	const struct age_ring	*identities;
	const uint8_t		*envelope;	/* age file from the gate's keyring; NULL if it stands in the file */
	size_t			 envelope_bytes;
};

/* What is known from the start. Texts belong to the reader. */
struct rec_info {
	uint8_t		 id[16];		/* of the session (struct id) */
	int64_t		 start_wall_us;
	uint16_t	 columns, rows;
	bool		 external;
	const char	*meta;			/* JSON text; "" if there is none or it cannot be read */
	int64_t		 duration_us;		/* -1 unless the recording is finished */
	uint32_t	 segments;		/* 0 unless it is finished */
};

/* How far it was read and what is missing. */
struct rec_report {
	bool		 complete;	/* the recording's own end was reached: nothing is missing */
	bool		 damaged;	/* bytes are there that are not authentic, or a gap: not only a missing end */
	bool		 tail_used;	/* events came from the tail: running, or left by a crash */
	uint32_t	 segments;	/* whole ones read from the file, from its beginning */
	uint64_t	 events;	/* handed out since the last rewind or seek */
	uint64_t	 file_bytes;	/* authentic bytes at the beginning of the file */
	int64_t		 end_us;	/* time of the last event handed out */
	uint64_t	 undecided;	/* characters at its end that were shown or typed while masking was undecided: covered */
	char		 missing[240];	/* a sentence without a full stop; "" if nothing is missing */
};

#define AUTO_REC_READER __attribute__((cleanup(rec_reader_free_at)))

/*
 * The source (copied) must outlive the reader; the keyring is used only during this call. 0, ERR_REC_FORMAT,
 * ERR_REC_VERSION, ERR_REC_DAMAGED (header), ERR_REC_EXTERNAL (the envelope is needed), ERR_ENVELOPE, ERR_LAYERS, ERR_KEY_WRONG,
 * ERR_REC_KEY (the envelope is another recording's), or the source's error.
 */
int			 rec_reader_open(const struct rec_source *source, const struct rec_keyring *keyring,
			     struct rec_reader **reader);
void			 rec_reader_free(struct rec_reader *reader);
void			 rec_reader_free_at(struct rec_reader **reader);

/*
 * 1 and the next event (its bytes are valid until the next call); 0 if there is no more now: ask the report whether
 * that is the end, or call again later to follow a running one; ERR_REC_DAMAGED (the same at each further call), or
 * the source's error.
 */
int			 rec_reader_next(struct rec_reader *reader, struct rec_event *event);

/*
 * What masking was undecided on when the recording stopped follows its last event from now on, covered: for readers that do not
 * wait for more.
 */
void			 rec_reader_wants_undecided(struct rec_reader *reader);

/*
 * From now on the events of a session's trail (a reader of its own, which this one owns and frees) are handed out among this one's, by
 * their times; the report is about both. Nothing may have been read from either.
 */
void			 rec_reader_join(struct rec_reader *reader, struct rec_reader *trail);

/* NULL if there is none. */
struct rec_reader	*rec_reader_trail(const struct rec_reader *reader);

/* Back to the beginning. 0. */
int			 rec_reader_rewind(struct rec_reader *reader);

/*
 * To the beginning of the last segment that starts at or before t_us, by the footer if there is one, else from segment
 * to segment. The events that follow may be earlier than t_us; rec_reader_next again hands them out one by one. 0 or
 * an error of the source; damage before t_us ends the search there and is met by rec_reader_next.
 */
int			 rec_reader_seek_time(struct rec_reader *reader, int64_t t_us);

/* Where a segment begins: for going back to it, also with another reader of the same recording. */
struct rec_place {
	uint32_t	segment;
	uint64_t	offset;
	uint32_t	trail_segment;	/* the joined one then: events of its segment that come before */
	uint64_t	trail_offset, trail_taken;
};

/* The beginning of the segment from which rec_reader_next took its last event. */
void			 rec_reader_place(const struct rec_reader *reader, struct rec_place *place);
/* The next event is the first of that segment. */
void			 rec_reader_goto(struct rec_reader *reader, const struct rec_place *place);

/* One more envelope with the key of this recording, as rec_envelope_seal() makes it, added to `envelope`. 0, ERR_KEY, ERR_BUF_FULL. */
int			 rec_reader_envelope(const struct rec_reader *reader, const struct layers_to *to, struct buf *envelope);

const struct rec_info	*rec_reader_info(const struct rec_reader *reader);
const struct rec_report	*rec_reader_report(struct rec_reader *reader);	/* as of now; overwritten by the next call */

#endif
