/* SPDX-License-Identifier: ISC */
/*
 * What an approver signs: a text in LF lines that names the request by the hash of its canonical text, what is decided, and
 * the head of the log that the approver's program has checked; so each approval is a witness of the log as well.
 *
 *	approval v1 | log NAME | head SIZE BASE64 | request HEX32 | request-sha256 HEX64 | decision WORD | seconds N
 *	| not-after UNIX | nonce HEX32		(each a line, in this order, nothing else)
 */
#ifndef POSTERN_LIB_PROOF_APPROVAL_H
#define POSTERN_LIB_PROOF_APPROVAL_H

#include "lib/base/id.h"
#include "lib/proof/note.h"
#include "lib/proof/tree.h"

#define APPROVAL_NAMESPACE	"approve@postern"
#define APPROVAL_WORD		16
#define APPROVAL_TEXT		1024	/* room for any approval, with the NUL */

struct approval {
	char			log[NOTE_NAME];
	struct tree_head	head;		/* size 0: none was checked */
	struct id		request;
	uint8_t			request_sha256[32];
	char			decision[APPROVAL_WORD];	/* "grant", "deny", ... */
	int64_t			seconds;	/* of a grant; 0: as asked */
	int64_t			not_after_s;	/* unix */
	struct id		nonce;
};

/* 0, or ERR_SIGNATURE if a field is no such thing (a name with a line feed). */
int	approval_print(const struct approval *approval, char text[APPROVAL_TEXT]);

/* Exactly what approval_print makes, or ERR_SIGNATURE. */
int	approval_parse(const char *text, size_t count, struct approval *approval);

#endif
