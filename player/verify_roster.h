/* SPDX-License-Identifier: ISC */
/*
 * Whose keys may have signed: rosters that an auditor names; else each version that the log tells of (STATE/versions, by
 * SHA-256) for as long as it was in force; else the one of the settings.
 */
#ifndef POSTERN_PLAYER_VERIFY_ROSTER_H
#define POSTERN_PLAYER_VERIFY_ROSTER_H

#include "player/evidence.h"
#include "player/verify_evidence.h"

struct verify_rosters {
	struct evidence_roster	*items;
	size_t			 count;
};

/* STATUS_OK, or an exit status after its sentence. verify_rosters_done() in any case. */
int	verify_rosters_open(struct verify_rosters *rosters, const struct verify_place *place);
void	verify_rosters_done(struct verify_rosters *rosters);

#endif
