/* SPDX-License-Identifier: ISC */
/* Who, why and by whom, as it stands in a recording. */
#ifndef POSTERN_PLAYER_META_H
#define POSTERN_PLAYER_META_H

#include <stdbool.h>

/* Clean texts of one line each (lib/base/text.h), never NULL, owned; "" for what the recording does not say. */
struct meta {
	char	*person, *role, *host, *reason, *by, *command;
	bool	 has_terminal;	/* false: output is plain lines, and standard error stands beside it */
};

/* Reads the JSON text of a recording; whatever it is, *meta is filled. meta_done() releases it. */
void	meta_read(struct meta *meta, const char *json);
void	meta_done(struct meta *meta);

#endif
