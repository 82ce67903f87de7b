/* SPDX-License-Identifier: ISC */
/* Plays the keeper and the worker of one session: starts a real postern-warden, hears its words, gives its orders. */
#ifndef POSTERN_TESTS_E2E_CAGE_H
#define POSTERN_TESTS_E2E_CAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"

#define CAGE_MS	60000	/* a generous limit for every wait */

/* The three ways in which a session is held. */
enum cage_mode { CAGE_ROOT, CAGE_TRIAL, CAGE_FALLBACK };

/* Where the test lives: a temporary folder with copies of the programs, and an account. */
struct cage_site {
	char	root[128];	/* run, run/i, state, etc, home, recorder/postern-* */
	char	account[32];
	char	shell[64];
	uid_t	uid;
	gid_t	gid;
	bool	made;		/* the account is ours to remove */
};

/* Fill in what differs, then cage_start. */
struct cage {
	const struct cage_site	*site;
	enum cage_mode		 mode;
	struct warden_start	 start;
	struct wire_launch_file	 launch;
	const void		*launch_bytes;	/* instead of `launch`, if not NULL */
	size_t			 launch_count;
	char			 id[ID_TEXT];
	pid_t			 warden;
	int			 link;
	int			 trail;		/* the tracer's end of a pipe, which is the session's once it starts; -1 */
	int			 in, out, err;	/* our ends; with SESSION_TTY all input and output is `in`, the pty's master */
	struct warden_word	 running, exited, failed, receipt, frozen, thawed;	/* what == 0: not heard */
	struct enforced		 enforced;				/* likewise */
};

/* NULL, or why the machine cannot. As root it makes an account, else the session runs as whoever tests. */
const char	*cage_site_make(struct cage_site *site);
void		 cage_site_done(struct cage_site *site);

void	 cage_init(struct cage *cage, const struct cage_site *site, enum cage_mode mode);
void	 cage_run(struct cage *cage, const char *const *words);	/* the role's own command */
bool	 cage_start(struct cage *cage);

/* Hears words until `what` or the warden's end. True if it came. */
bool	 cage_hear(struct cage *cage, uint32_t what);
void	 cage_order_end(const struct cage *cage);
void	 cage_order_deadline(const struct cage *cage, int64_t boot_us);

/* All output up to its end; or until `word` is in it. The caller frees it. */
char	*cage_output(const struct cage *cage, const char *until);

/* Live processes of the session by their POSTERN_SESSION; init and warden have none. */
int	 cage_alive(const struct cage *cage);
bool	 cage_all_gone(const struct cage *cage);	/* waits for it, init included */

/* Closes all, waits for the warden; its exit status, -1 if it had to be killed. */
int	 cage_done(struct cage *cage);

#endif
