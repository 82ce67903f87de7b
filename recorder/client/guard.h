/* SPDX-License-Identifier: ISC */
/*
 * What a login may run. As login shell or ForceCommand, postern takes words from strangers: only the commands of one
 * const table, split without a shell, without options that name files, hosts or another gate.
 */
#ifndef POSTERN_RECORDER_CLIENT_GUARD_H
#define POSTERN_RECORDER_CLIENT_GUARD_H

#include <stdbool.h>

#define GUARD_WORDS	128

struct guard {
	bool	 guarded;	/* came by a login shell or ForceCommand */
	char	*line;		/* what was asked for; NULL: a plain login */
	char	*words[GUARD_WORDS + 1];
	int	 count;
};

#define AUTO_GUARD	__attribute__((cleanup(guard_done)))

/*
 * Finds out how the program was started (argv[0] with a leading '-', `-c LINE`, SSH_ORIGINAL_COMMAND) and splits what
 * was asked for. 0, or an exit status after a sentence on stderr.
 */
int	guard_init(struct guard *guard, int argc, char **argv);
void	guard_done(struct guard *guard);

/* What to do with the words. */
enum guard_answer {
	GUARD_MENU,	/* nothing was asked for */
	GUARD_VERB,	/* a command of the table: words[0] is its verb */
	GUARD_ROLE,	/* ROLE [REASON...]: enter it */
	GUARD_REFUSED	/* a sentence went to stderr */
};
enum guard_answer guard_check(struct guard *guard);

#endif
