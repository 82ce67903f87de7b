/* SPDX-License-Identifier: ISC */
/* Auditors who have left: names of persons, and their keys as text ("age1..."). */
#ifndef POSTERN_LIB_STORE_RETIRED_H
#define POSTERN_LIB_STORE_RETIRED_H

#include <stdint.h>

#include "lib/store/store.h"

struct retired {
	char	name[STORE_NAME];
	int64_t	at_us;
	char	by[STORE_NAME];
};

/* ERR_STORE_CONFLICT: it is retired already. ERR_MSG_TEXT: this is no name. */
int	retired_add(struct store *store, const struct retired *retired);

/* Back again. ERR_NOT_FOUND. */
int	retired_remove(struct store *store, const char *name);

/* 1 if it is retired, 0, or an error: then take it for retired. */
int	retired_has(struct store *store, const char *name);

/* Oldest first. */
int	retired_list(struct store *store, int (*each)(void *ctx, const struct retired *retired), void *ctx);

#endif
