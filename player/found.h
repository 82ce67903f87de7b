/* SPDX-License-Identifier: ISC */
/* Recordings that a command goes through where nobody names them. */
#ifndef POSTERN_PLAYER_FOUND_H
#define POSTERN_PLAYER_FOUND_H

#include <stddef.h>

#include "lib/base/id.h"
#include "lib/wire/client.h"

/* Their ids; for the caller to free. */
struct found {
	char	(*ids)[ID_TEXT];
	size_t	count;
};

/* All that the question asks for, newest first, however many: the gate gives a page at a time. A status, or what `each` returned. */
int	found_each(struct client *client, struct wire_recordings *question, client_row *each, void *user);

/*
 * Reads --person, --role, --since and --until, where the verb has them, into `question`, whose texts are then the caller's to free
 * (found_question_done). A status; what is wrong has been said.
 */
int	found_question(const struct cli *cli, struct wire_recordings *question);
void	found_question_done(struct wire_recordings *question);

/* Those that the options ask for and that can still be opened. A status; what is wrong has been said. */
int	found_list(struct cli *cli, struct wire_recordings *question, struct found *found);

/* Those since --since, which must be given; of one role, or with "" of all. */
int	found_since(struct cli *cli, const char *role, struct found *found);

#endif
