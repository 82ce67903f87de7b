/* SPDX-License-Identifier: ISC */
/* postern verify, behind the log itself: approvals, recordings, deletions. */
#ifndef POSTERN_PLAYER_VERIFY_EVIDENCE_H
#define POSTERN_PLAYER_VERIFY_EVIDENCE_H

struct cli;
struct note_key;
struct store;

/* What is checked, and for whom. */
struct verify_place {
	const struct cli	*cli;		/* its --roster and --json */
	const char		*dir;		/* state directory */
	const char		*roster;	/* where it is looked for first; NULL: nowhere */
	struct store		*store;
	const struct note_key	*replica;	/* its key, if it was given (--replica) */
	const char		*log;		/* name of the log's key */
	char			**words;	/* recordings, by the first digits of their ids; none: all */
	int			 word_count;
};

/* Prints findings and a summary; the exit status. */
int	verify_evidence(const struct verify_place *place);

#endif
