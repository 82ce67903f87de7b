/* SPDX-License-Identifier: ISC */
/*
 * The client's side of a session: keys and sizes go to the worker, output comes back. It decides nothing; whatever
 * happens, the terminal is as it was when relay_run() returns.
 */
#ifndef POSTERN_RECORDER_CLIENT_RELAY_H
#define POSTERN_RECORDER_CLIENT_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_conn;
struct wire_started;

#define RELAY_WATCHES	4

/* A descriptor that is served beside the session. ready() is called when it can be read; below zero: no longer watched. */
struct relay_watch {
	int	 fd;
	int	(*ready)(void *user);
};

struct relay_params {
	struct wire_conn	*conn;		/* to the worker; stays the caller's. It may hold bytes already read */
	bool			 tty;		/* the session has a terminal */
	bool			 direct;	/* the worker reads and writes our terminal itself */
	int			 in, out, err;	/* usually 0, 1, 2; borrowed */
	void			(*started)(void *user, const struct wire_started *started);	/* NULL: nobody wants to know */
	struct relay_watch	 watch[RELAY_WATCHES];
	size_t			 watch_count;
	void			*user;		/* for started() and ready() */
};

enum relay_end {
	RELAY_ENDED,	/* the worker said so: status and text are its */
	RELAY_FAILED,	/* it never began: wire_fail's status and text */
	RELAY_BROKEN,	/* the worker went without a word */
	RELAY_LEFT	/* a signal told us to go; status 128 + signal */
};

struct relay_result {
	enum relay_end	 end;
	int		 status;	/* for exit() */
	char		*why;		/* RELAY_ENDED: the worker's word for it, "exited" if the command did; else NULL */
	char		*text;		/* a sentence for people, may be empty; never NULL */
};

#define AUTO_RELAY_RESULT	__attribute__((cleanup(relay_result_done)))

/*
 * Waits for wire_started (or wire_fail), then relays until the session is over. Signals that end a program
 * (TERM, HUP, INT, QUIT) end the session and restore the terminal. 0 with *result filled (relay_result_done()
 * releases it), or -errno if it could not begin.
 */
int	relay_run(const struct relay_params *params, struct relay_result *result);
void	relay_result_done(struct relay_result *result);

#endif
