/* SPDX-License-Identifier: ISC */
/* Log-ins to the gate that failed. */
#include "config.h"

#include "lib/base/clock.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_refused.h"

#define UIDS		64u
#define QUIET_US	(10 * CLOCK_US)

/* The uids that were turned away last. */
static struct recent {
	uid_t		uid;
	int64_t		boot_us;	/* of its last entry; 0: a free place */
	unsigned	more;		/* tries since */
} recent[UIDS];

/* Its place, or that of the one who was told of longest ago. */
static struct recent *
place_of(uid_t uid)
{
	struct recent *oldest = &recent[0];

	for (unsigned i = 0; i < UIDS; i++) {
		if (recent[i].boot_us != 0 && recent[i].uid == uid)
			return &recent[i];
		if (recent[i].boot_us < oldest->boot_us)
			oldest = &recent[i];
	}
	*oldest = (struct recent){ .uid = uid };
	return oldest;
}

void
gate_refused(struct gate *gate, uid_t uid, const char *why)
{
	struct recent *place = place_of(uid);
	int64_t now = clock_boot_us();

	if (place->boot_us != 0 && now - place->boot_us < QUIET_US) {
		place->more++;
		return;
	}
	if (place->more > 0)
		gate_say(gate, LOG_PEER_REFUSED, NULL, "uid %u was turned away: %s (and %u times before, since the last entry)", (unsigned)uid, why, place->more);
	else
		gate_say(gate, LOG_PEER_REFUSED, NULL, "uid %u was turned away: %s", (unsigned)uid, why);
	place->boot_us = now;
	place->more = 0;
}
