/* SPDX-License-Identifier: ISC */
/* A row of an answer as one line of JSON, for --json: the tables of fields know the names. Programs that call it link jansson. */
#ifndef POSTERN_LIB_WIRE_JSON_H
#define POSTERN_LIB_WIRE_JSON_H

#include "lib/wire/kinds.h"

/*
 * The object on one line without a line break; the caller frees it. "id" is the row's first id field. A member
 * NAME_us becomes "NAME", a time in UTC (RFC 3339) or null; NAME_s stays a number of seconds; bytes are in hexadecimal.
 */
char	*wire_json(enum wire_kind kind, const void *fields);

#endif
