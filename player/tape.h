/* SPDX-License-Identifier: ISC */
/* A recording, opened: a file, or one of a gate by its id; here or through ssh; with the auditor's key. */
#ifndef POSTERN_PLAYER_TAPE_H
#define POSTERN_PLAYER_TAPE_H

#include <stdbool.h>

#include "lib/record/reader.h"
#include "lib/wire/client.h"
#include "player/meta.h"

struct remote;

/* What a gate gave out: the recording, or the trail beside it. */
struct tape_half {
	struct wire_message	 opened;	/* keeps the envelope */
	struct remote		*remote;	/* NULL: there is none (any more) */
	struct rec_source	 source;
};

struct tape {
	const struct cli	*cli;
	struct client		 client;	/* if it came from a gate */
	bool			 is_file;
	struct rec_source	 source;	/* of a file */
	struct tape_half	 shown, run;	/* of a gate; with one of them the other may have gone */
	struct age_ring		*ring;
	bool			 lent;		/* the ring is somebody else's */
	struct rec_reader	*reader;	/* of both, if there are both */
	const struct rec_info	*info;
	struct meta		 meta;
	bool			 running;	/* the gate says so; a file may be running too */
	const char		*words;		/* what has gone of a gate's, and until when the rest is kept; "" */
	bool			 has_no_picture, has_no_trail;	/* that is gone */
	char			 name[64];	/* beginning of its id */
};

/* What is opened, and what for. */
struct tape_ask {
	const char	*what, *how;
};

#define AUTO_TAPE __attribute__((cleanup(tape_close)))

/* Options of a verb that opens a tape. */
#define TAPE_OPTIONS \
	CLIENT_HOST, \
	{ 'i', "identity", "FILE", "your secret key (an age identity); else ~/.config/postern/identity" }
#define TAPE_REASON \
	{ 0, "reason", "TEXT", "why you open a recording of a gate (a ticket or a sentence): it stands in the log" }

/*
 * Without --reason, and for something that a gate keeps, the person is asked for it; their answer is --reason from then on. Where
 * there is no terminal to ask at, the gate decides whether that will do.
 */
void	tape_ask_reason(struct cli *cli, const char *what);

/*
 * Opens `what`: a file, or the id (its beginning) of a session. The gate writes --reason and `how` ("play", "export as text")
 * into its log. 0, or an exit status after a sentence. tape_close() also after a failure.
 */
int	tape_open(struct tape *tape, const struct cli *cli, const char *what, const char *how);
void	tape_close(struct tape *tape);

/* The same with a ring of keys of the caller's, which the first recording fills: for several, with one passphrase. */
int	tape_open_with(struct tape *tape, struct age_ring *ring, const struct cli *cli, const struct tape_ask *ask);

/* One more reader of the same recording; to be freed before tape_close(). 0 or an error of rec_reader_open(). */
int	tape_reader(struct tape *tape, struct rec_reader **reader);

/* STATUS_OK, or a sentence and STATUS_EXPIRED: what was shown, or what was run, is gone, and the caller needs it. */
int	tape_needs(const struct tape *tape, bool trail);

/* Says what of the recording is missing, if anything, on stderr. STATUS_OK, or STATUS_DAMAGED if it is damaged. */
int	tape_verdict(const struct tape *tape, struct rec_reader *reader);

/* Through a login (ForceCommand, login shell): there files of this machine are neither read nor written. */
bool	tape_is_login(void);

#endif
