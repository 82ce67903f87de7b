/* SPDX-License-Identifier: ISC */
/* One record of the slots file, its bytes and its clear part; for lib/store only. slots.h says how it is laid out. */
#ifndef POSTERN_LIB_STORE_SLOT_H
#define POSTERN_LIB_STORE_SLOT_H

#include "lib/store/slots.h"

enum { SLOT_AT_UNIT = 0, SLOT_AT_CLASS = 4, SLOT_AT_STATE = 6, SLOT_AT_CREATED = 8, SLOT_AT_KEY = 16, SLOT_AT_CHECK = 48, SLOT_AT_SUM = 52 };

/* Everything but the key, and the check over all of it. */
void	slot_put(uint8_t *record, const struct slot *slot);

/* The clear part as it stands, whether or not it can be true. */
void	slot_get(const uint8_t *record, struct slot *slot);

/* The same, if the record is whole and belongs to this unit (a record of zeros is free): 0 or ERR_SLOT_DAMAGED. */
int	slot_read(const uint8_t *record, uint32_t unit, struct slot *slot);

#endif
