/* SPDX-License-Identifier: ISC */
/* Sessions that a command goes through where nobody names them. */
#ifndef POSTERN_PLAYER_FOUND_H
#define POSTERN_PLAYER_FOUND_H

#include <stddef.h>

#include "lib/base/id.h"

struct cli;

/* Their ids; for the caller to free. */
struct found {
	char	(*ids)[ID_TEXT];
	size_t	count;
};

/* Those since --since whose recording can still be opened; of one role, or with "" of all. A status; what is wrong has been said. */
int	found_since(struct cli *cli, const char *role, struct found *found);

#endif
