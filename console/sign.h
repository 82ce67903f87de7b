/* SPDX-License-Identifier: ISC */
/* Grants that count only with a signature. */
#ifndef POSTERN_CONSOLE_SIGN_H
#define POSTERN_CONSOLE_SIGN_H

struct console;

/*
 * Grants the target through `postern grant`, which signs: in the foreground, as an agent, a key that wants a touch, or a
 * passphrase may have to talk to the person. Blocks until that is over; its last sentence is on the status line then.
 */
void	sign_grant(struct console *console, const char *comment);

/* The same for a review, through `postern review`. */
void	sign_review(struct console *console, const char *comment);

/* Looks whether anything could sign here, for queue.sign_why: at most every few seconds, and only if a row wants it. */
void	sign_look(struct console *console);

#endif
