/* SPDX-License-Identifier: ISC */
/* Taking copies of key slots back from a replica, through ssh, for a restore. */
#ifndef POSTERN_RECORDER_KEEP_FETCH_H
#define POSTERN_RECORDER_KEEP_FETCH_H

#include "lib/proof/receipt.h"
#include "lib/store/slots.h"

#define FETCH_WHY	512

struct fetch {
	const char	*host;		/* for ssh */
	const char	*config;	/* a file for ssh -F; NULL: its own */
	struct note_key	 key;		/* what its receipts must be signed with */
	const char	*log;		/* the key of the log that it has copies for */
	/* Each live record; and each erased slot with its receipt, checked, and the note as text. Anything but 0 ends it. */
	int		(*live)(void *user, const uint8_t record[SLOTS_RECORD]);
	int		(*erased)(void *user, const struct receipt *receipt, const char *note);
	void		*user;
};

/* The file that names a replica, "to HOST" and "key VKEY"; host has FETCH_WHY bytes. 0, ERR_CONFIG, -errno. */
int	fetch_read_file(const char *path, char host[FETCH_WHY], struct note_key *key);

/* 0, or negative with a sentence in `why`. */
int	fetch_run(const struct fetch *fetch, char why[FETCH_WHY]);

#endif
