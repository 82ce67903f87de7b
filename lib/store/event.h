/* SPDX-License-Identifier: ISC */
/*
 * The log: one chain of events, numbered from 0. An entry is 80 bytes, never changes, and is the leaf of the tree
 * over the log (head.h); the text is beside it, sealed, and goes when its slot is erased. Big-endian:
 *
 *	0 "AE01" | 4 u64 seq | 12 u64 time_ms | 20 u16 type | 22 u16 flags | 24 u32 unit | 28 subject[16]
 *	| 44 u32 ct_len | 48 sha256(ciphertext)[32]
 *	ciphertext = nonce[24] || XChaCha20-Poly1305(HMAC(slot key, "ev"), nonce, ad = bytes 0..47, text)
 *
 * With EVENT_FACT in the flags there is no text: ct_len is 0, and the last 32 bytes are what the entry has to say, for good.
 */
#ifndef POSTERN_LIB_STORE_EVENT_H
#define POSTERN_LIB_STORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/store/store.h"

#define EVENT_ENTRY		80
#define EVENT_TEXT_MOST		65536
#define EVENT_NO_NUMBER		(-1)
#define EVENT_FACT		0x8000u	/* flag; set by event_append() alone */
#define EVENT_FACT_AT		48
#define EVENT_FACT_BYTES	32

/* To be appended. Types, flags and the form of texts are the caller's. */
struct event_new {
	uint16_t		 type;
	uint16_t		 flags;
	struct id		 subject;	/* request, grant or session; zero: the bastion itself */
	int64_t			 time_us;	/* kept in milliseconds */
	const char		*class;		/* its slot is that of the class and the day; or, with class NULL: */
	uint32_t		 unit;		/* this slot (a session's texts_unit) */
	int64_t			 number;	/* the worker's own count within the subject, from 0; or EVENT_NO_NUMBER */
	const void		*text;
	size_t			 text_bytes;
	const uint8_t		*fact;		/* instead of a text, EVENT_FACT_BYTES; else NULL */
};

struct event {
	int64_t		 seq;
	int64_t		 time_us;
	uint16_t	 type;
	uint16_t	 flags;
	uint32_t	 unit;
	struct id	 subject;
	int64_t		 number;	/* EVENT_NO_NUMBER if it has none */
	uint8_t		 entry[EVENT_ENTRY];
	bool		 is_fact;	/* entry + EVENT_FACT_AT is what it says; the text is empty */
	char		*text;		/* with a NUL behind it; NULL if it cannot be read: */
	int		 text_error;	/* ERR_EXPIRED (its slot was erased); in lists also ERR_SLOT_DAMAGED, ERR_STORE_DAMAGED */
	size_t		 text_bytes;
};

#define AUTO_EVENT	__attribute__((cleanup(event_done)))

void	event_done(struct event *event);

/*
 * Appends; the entry is on the disk when the outermost transaction is. 0, or 1 if the subject has an event with this number
 * (nothing is appended, *seq is that one's). -EINVAL: the text is too long, or neither class nor unit. ERR_SLOT_GONE.
 */
int	event_append(struct store *store, const struct event_new *event, int64_t *seq);

/* ERR_NOT_FOUND; ERR_STORE_DAMAGED if entry, columns and ciphertext do not fit each other. */
int	event_get(struct store *store, int64_t seq, struct event *event);

struct event_filter {
	const struct id	*subject;	/* NULL: any */
	int		 type;		/* below 0: any */
	int64_t		 since;		/* first seq */
	int64_t		 limit;		/* 0: all; else the first so many */
	bool		 newest_first;
};

/* A damaged text, or an entry that its columns do not fit, does not end the list: see text_error. */
int	event_list(struct store *store, const struct event_filter *filter,
	    int (*each)(void *ctx, const struct event *event), void *ctx);

/* The entries alone, from `since` on, at most `limit` (0: all): what the tree is made of. ERR_STORE_DAMAGED where one is missing. */
int	event_leaves(struct store *store, int64_t since, int64_t limit,
	    int (*each)(void *ctx, int64_t seq, const uint8_t entry[EVENT_ENTRY]), void *ctx);

/*
 * Types that whoever checks a log must know. All of them, and what their texts say, stand in the gate's gate_log.h, which sees
 * to it that these are the same.
 */
#define EVENT_GRANTED	11
#define EVENT_AGREED	13
#define EVENT_REVIEWED	19
#define EVENT_ENTERED	30	/* subject: a session, also when somebody comes back to it */
#define EVENT_SEGMENT	34
#define EVENT_SESSION_ENDED	35
#define EVENT_TRAIL_SEGMENT	47	/* as SEGMENT, of the trail beside the recording */
#define EVENT_ENVELOPE_ADDED	66	/* subject: a session */
#define EVENT_ENVELOPE_SEALED	73	/* a fact: the SHA-256 of the envelope that a session's recording began with */
#define EVENT_TRAIL_SEALED	74	/* the same of the trail beside it */
#define EVENT_DELETED	80
#define EVENT_HELD	87
#define EVENT_RELEASED	88
#define EVENT_HOLD_ENDED	89
#define EVENT_RESTORED	94	/* a fact: copy.h */

/* What stands in the text of a grant or a review that counts only with signatures. */
#define EVENT_MUST_SIGN	"; signatures required"

/* How many there are: the next seq. */
int	event_count(struct store *store, int64_t *count);

/* The entries of a time, end_us excluded: from the first to one behind the last by number. Without any, first is end. */
int	event_range(struct store *store, int64_t from_us, int64_t end_us, int64_t *first, int64_t *end);

/*
 * Facts that say which version of something was in force from then on; `type` is one of EVENT_VERSIONS to
 * EVENT_VERSIONS_LAST. Oldest first.
 */
#define EVENT_VERSIONS		20
#define EVENT_VERSIONS_LAST	29
int	event_versions(struct store *store, int type, int (*each)(void *ctx, const struct event *event), void *ctx);

/* Time of the newest entry by the clock, which need not be the last one; 0 in an empty log. */
int	event_newest(struct store *store, int64_t *time_us);

#endif
