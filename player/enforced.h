/* SPDX-License-Identifier: ISC */
/* The enforced record of a session (JSON from its recorder's report) in sentences. */
#ifndef POSTERN_PLAYER_ENFORCED_H
#define POSTERN_PLAYER_ENFORCED_H

#include <stddef.h>

/* The object in the text of a log entry, "enforced: {...}"; NULL if it is another entry. Borrowed. */
const char	*enforced_object(const char *text);

/*
 * Calls `each` with one sentence after the other. 0, or ERR_REC_FORMAT if the text is not such an object: it came from a
 * process that has heard hostile bytes.
 */
int	enforced_tell(const char *json, void (*each)(const char *sentence, void *user), void *user);

#endif
