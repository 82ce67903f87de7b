/* SPDX-License-Identifier: ISC */
/*
 * Whose key is it: OpenSSH's allowed_signers (ssh-keygen(1), ALLOWED SIGNERS), one line a key: principals, options, key. What
 * we do not understand is refused with its line, as a line that is skipped could be the one that mattered.
 */
#ifndef POSTERN_LIB_PROOF_ROSTER_H
#define POSTERN_LIB_PROOF_ROSTER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/proof/sshsig.h"

#define ROSTER_MOST	4096	/* keys */

struct roster_entry {
	char			*principals;	/* "alice@example.org,alice": names and patterns with '*', '?', '!' */
	char			*namespaces;	/* the same; NULL: any */
	int64_t			 after_s, before_s;	/* wall seconds between which it may sign; 0, INT64_MAX: always */
	struct sshsig_key	 key;
	unsigned		 line;
};

struct roster {
	struct roster_entry	*items;
	size_t			 count;
};

#define AUTO_ROSTER	__attribute__((cleanup(roster_done)))

void	roster_done(struct roster *roster);

/* Reads a file's text. 0, or ERR_CONFIG after one line "NAME:LINE: sentence" for each fault in `errors`. */
int	roster_parse(const char *name, const char *text, struct roster *roster, struct buf *errors);

/*
 * The entry of `principal` with this key, for this namespace at this moment; NULL if there is none. With principal NULL the
 * first entry whose key it is: who signs.
 */
struct roster_ask {
	const char		*principal;
	const char		*namespace;
	const struct sshsig_key	*key;
	int64_t			 time_s;
};

const struct roster_entry	*roster_find(const struct roster *roster, const struct roster_ask *ask);

#endif
