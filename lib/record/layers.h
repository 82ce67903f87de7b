/* SPDX-License-Identifier: ISC */
/*
 * Envelopes that no key opens alone: age files inside of age files, so that the keys of two or three persons must come
 * together, in any order. The bytes of one:
 *
 *	postern layers v1 LF | keys M LF | per part: "part BYTES KEY..." LF | LF | the parts' age files, one behind the other
 *
 * M is 2 or 3; BYTES a decimal number; KEY the recipients ("age1...") of that part, all of one person. A part is sealed to
 * them alone. With M = 2 there is an age file to the keys of all other parts in it; with M = 3 an envelope of this form
 * with M = 2, whose parts are those others.
 *
 * Here only what can be seen without any key; layers_seal.c has the rest.
 */
#ifndef POSTERN_LIB_RECORD_LAYERS_H
#define POSTERN_LIB_RECORD_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct age_ring;
struct buf;

#define LAYERS_KEYS_MOST	3
#define LAYERS_PARTS_MOST	6
#define LAYERS_PART_KEYS	12	/* of one person, and of all together */
#define LAYERS_KEY		63	/* "age1...", with its NUL */
#define LAYERS_MOST		65536	/* bytes of an envelope */
#define LAYERS_PLAIN_MOST	256	/* of what is sealed in it */

struct layers_part {
	char		 keys[LAYERS_PART_KEYS][LAYERS_KEY];
	size_t		 key_count;
	const uint8_t	*file;		/* in the bytes that were parsed */
	size_t		 count;
};

struct layers {
	unsigned		keys;	/* M */
	size_t			part_count;
	struct layers_part	parts[LAYERS_PARTS_MOST];
};

/* True if the bytes begin as such an envelope does. */
bool		layers_is(const uint8_t *bytes, size_t count);

/* 0 or ERR_ENVELOPE. There is one spelling only; each part begins as an age file with as many recipients as it names. */
int		layers_parse(const uint8_t *bytes, size_t count, struct layers *layers);

/* How many persons must bring a key: M; 1 for anything else, which is an age file or nothing. */
unsigned	layers_keys(const uint8_t *bytes, size_t count);

/*
 * Can these bytes be what is in this part? Its recipients are counted (they cannot be seen), names and lengths compared. 0
 * or ERR_ENVELOPE.
 */
int		layers_check(const struct layers *layers, size_t part, const uint8_t *bytes, size_t count);

/* ---- layers_seal.c ----------------------------------------------------------------------------------------------- */

/* To whom. The keys of one owner count as one; one without an owner ("") is a person's of its own. */
struct layers_to {
	const char *const	*recipients;	/* NULL at the end */
	const char *const	*owners;	/* of each; as many */
	unsigned		 keys;		/* M */
};

/* Appends the envelope. 0, ERR_KEY (too few or too many persons or keys, one twice, or no key), ERR_BUF_FULL. */
int		layers_seal(const struct layers_to *to, const void *plain, size_t count, struct buf *out);

/*
 * Opens the first part that an identity of the ring fits; what was in it is added to `inner` and is as it should be. 0, ERR_KEY_WRONG,
 * ERR_ENVELOPE, ERR_BUF_FULL.
 */
int		layers_open(const struct layers *layers, const struct age_ring *ring, struct buf *inner, size_t *part);

#endif
