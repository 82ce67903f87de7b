/* SPDX-License-Identifier: ISC */
/* The bytes of a key slot. */
#include "config.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/store/slot.h"

enum { STATE_LIVE = 1, STATE_ERASED = 2, STATE_WRAPPED = 3 };

/* Where a wrapped record names its key, the others have more of their sum. */
static size_t
sum_at(bool is_wrapped)
{
	return is_wrapped ? SLOT_AT_SUM : SLOT_AT_CHECK;
}

static bool
sum_is(uint8_t *sum, const uint8_t *record, size_t at)
{
	uint8_t hash[SECRET_SHA256];

	secret_sha256(record, at, hash);
	memcpy(sum, hash, SLOTS_RECORD - at);
	return memcmp(sum, record + at, SLOTS_RECORD - at) == 0;
}

void
slot_put(uint8_t *record, const struct slot *slot)
{
	uint32_t unit = htobe32(slot->unit);
	uint16_t class = htobe16(slot->class);
	uint16_t state = htobe16(slot->state == SLOT_ERASED ? STATE_ERASED : slot->is_wrapped ? STATE_WRAPPED : STATE_LIVE);
	uint64_t created = htobe64((uint64_t)slot->created_ms);
	bool is_wrapped = slot->is_wrapped && slot->state != SLOT_ERASED;
	uint8_t sum[SLOTS_RECORD - SLOT_AT_CHECK];

	memcpy(record + SLOT_AT_UNIT, &unit, sizeof unit);
	memcpy(record + SLOT_AT_CLASS, &class, sizeof class);
	memcpy(record + SLOT_AT_STATE, &state, sizeof state);
	memcpy(record + SLOT_AT_CREATED, &created, sizeof created);
	if (is_wrapped)
		memcpy(record + SLOT_AT_CHECK, slot->wrap_id, WRAP_ID);
	if (!sum_is(sum, record, sum_at(is_wrapped)))
		memcpy(record + sum_at(is_wrapped), sum, SLOTS_RECORD - sum_at(is_wrapped));
}

void
slot_get(const uint8_t *record, struct slot *slot)
{
	uint32_t unit;
	uint16_t class, state;
	uint64_t created;

	memcpy(&unit, record + SLOT_AT_UNIT, sizeof unit);
	memcpy(&class, record + SLOT_AT_CLASS, sizeof class);
	memcpy(&state, record + SLOT_AT_STATE, sizeof state);
	memcpy(&created, record + SLOT_AT_CREATED, sizeof created);
	state = be16toh(state);
	*slot = (struct slot){ .unit = be32toh(unit), .class = be16toh(class), .created_ms = (int64_t)be64toh(created),
	    .is_wrapped = state == STATE_WRAPPED,
	    .state = state == STATE_LIVE || state == STATE_WRAPPED ? SLOT_LIVE : state == STATE_ERASED ? SLOT_ERASED : SLOT_FREE };
	if (slot->is_wrapped)
		memcpy(slot->wrap_id, record + SLOT_AT_CHECK, WRAP_ID);
}

int
slot_read(const uint8_t *record, uint32_t unit, struct slot *slot)
{
	uint8_t sum[SLOTS_RECORD - SLOT_AT_CHECK];

	slot_get(record, slot);
	if (sodium_is_zero(record, SLOTS_RECORD) == 1) {
		slot->unit = unit;
		return 0;
	}
	if (!sum_is(sum, record, sum_at(slot->is_wrapped)) || slot->unit != unit || slot->state == SLOT_FREE)
		return ERR_SLOT_DAMAGED;
	return 0;
}
