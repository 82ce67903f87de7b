/* SPDX-License-Identifier: ISC */
/* When bytes came that the recording gets later: so that it can say so. */
#include "config.h"

#include "recorder/mask/mask_inside.h"

static struct mask_shown *
nth(struct mask_came *came, size_t n)
{
	return &came->ring[(came->first + n) % CAME_RING];
}

void
mask_came_note(struct mask_came *came, uint64_t place, int64_t now_us)
{
	struct mask_shown *last = came->count > 0 ? nth(came, came->count - 1) : NULL;

	if (last != NULL && (came->count == CAME_RING || now_us - last->us < CAME_US))
		last->place = place;
	else
		*nth(came, came->count++) = (struct mask_shown){ .place = place, .us = now_us };
}

int64_t
mask_came_at(struct mask_came *came, uint64_t from, uint64_t *to)
{
	struct mask_shown *at;

	while (came->count > 1 && nth(came, 0)->place <= from) {
		came->first = (came->first + 1) % CAME_RING;
		came->count--;
	}
	if (came->count == 0)
		return 0;
	at = nth(came, 0);
	if (at->place > from && at->place < *to)
		*to = at->place;
	return at->us;
}
