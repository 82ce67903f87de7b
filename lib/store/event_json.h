/* SPDX-License-Identifier: ISC */
/* Events as `postern log export` and outputs give them to others. Whoever calls event_json() links jansson. */
#ifndef POSTERN_LIB_STORE_EVENT_JSON_H
#define POSTERN_LIB_STORE_EVENT_JSON_H

#include "lib/store/event.h"

/* "granted", "session-ended", ...; "unknown". The numbers are those of the gate's gate_log.h. */
const char	*event_name(unsigned type);

#define EVENT_JSON_ASCII	1u	/* nothing but ASCII: other characters as \uXXXX */
#define EVENT_JSON_SHORT	2u	/* without its text, whatever it says */

/*
 * One object without a line feed: entry, time_us, type, name, subject, unit, leaf (base64), and text, or no_text with the
 * reason. The caller frees it; NULL without memory.
 */
char		*event_json(const struct event *event, unsigned flags);

#endif
