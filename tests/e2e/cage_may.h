/* SPDX-License-Identifier: ISC */
/* A role with rights whose command tries things (cage_try.h); and what the machine outside offers to be tried. */
#ifndef POSTERN_TESTS_E2E_CAGE_MAY_H
#define POSTERN_TESTS_E2E_CAGE_MAY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/e2e/cage_cases.h"

#define MAY_NEWEST	(-1)	/* Landlock as the kernel has it */

/* Listening outside: two ports of the loopback, an abstract name, a socket below /run and one in a temporary folder. */
struct may_world {
	int	fds[5];
	char	port[2][8];
	char	name[32];
	char	socket[2][64];	/* "" if it cannot be made */
	char	mine[160];	/* a folder that the role may write, with "file" */
	char	other[160];	/* one that it may not, though the account may */
};

void	may_world_make(struct may_world *world);
void	may_world_done(struct may_world *world);

/* A confined role that runs the probe; `abi` is the newest version of Landlock that the kernel is said to have. */
void	may_init(struct cage *cage, enum cage_mode mode, int abi);
void	may_path(struct cage *cage, enum rights_kind kind, const char *path);
void	may_connect(struct cage *cage, const char *port);

/* Runs the probe with these words to its end; what it printed, which the caller frees. */
char	*may_try(struct cage *cage, const char *const *words);

/* The line of `act:what` says `word`; if not, the case fails. */
void	may_check(const char *text, const char *act, const char *what, const char *word);

/* It does not say "done". */
void	may_refused(const char *text, const char *act, const char *what);
bool	may_done(const char *text, const char *act, const char *what);

#endif
