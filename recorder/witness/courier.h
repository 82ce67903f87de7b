/* SPDX-License-Identifier: ISC */
/*
 * Takes a question to a witness and brings its answer: by ssh (to a forced command `postern witness --serve DIR`), or over HTTP by
 * curl, which has the TLS that we have not. Both are programs of their own; what they print is the answer.
 */
#ifndef POSTERN_RECORDER_WITNESS_COURIER_H
#define POSTERN_RECORDER_WITNESS_COURIER_H

#define COURIER_WHY	256

struct buf;

struct courier {
	const char	*kind;	/* "ssh", "http" */
	const char	*where;	/* host; prefix of the URL */
	const char	*etc;	/* ssh_config, if it is there */
	char		 why[COURIER_WHY];	/* a sentence, when it did not work */
};

/* True if it may be asked at all; else the reason is in why. Plain http only leads to this machine. */
int	courier_check(struct courier *courier);

/* The status, and the text of the answer in `text`; negative: there is none. */
int	courier_ask(struct courier *courier, const struct buf *question, struct buf *text);

#endif
