/* SPDX-License-Identifier: ISC */
/* What `postern verify` knows from elsewhere: the log's key, heads that were kept, witnesses and what they have cosigned. */
#ifndef POSTERN_PLAYER_VERIFY_TRUST_H
#define POSTERN_PLAYER_VERIFY_TRUST_H

#include "lib/proof/checkpoint.h"

#define TRUSTED_PINS		32
#define TRUSTED_WITNESSES	8

struct cli;

struct trusted {
	struct note_key		key;	/* the log's */
	struct checkpoint	pins[TRUSTED_PINS];
	size_t			pin_count;
	struct note_key		witnesses[TRUSTED_WITNESSES];
	struct {
		uint64_t	size;	/* of the longest log that it has cosigned; 0: none */
		int64_t		time_s;
	}			seen[TRUSTED_WITNESSES];
	size_t			witness_count;
};

/* --key, --pin and --witness, and the cosigned heads below `dir`. STATUS_OK, or a status after its sentence. */
int	trusted_open(const struct cli *cli, const char *dir, struct trusted *trusted);

/* A key as text, or a file that begins with one. The same results. */
int	trusted_key(const struct cli *cli, const char *text, struct note_key *key);

/* A line for each witness. */
void	trusted_print(const struct trusted *trusted);

#endif
