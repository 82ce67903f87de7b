/* SPDX-License-Identifier: ISC */
/* What a role allows, as one hash: a grant is for that, and not for what becomes of the role later. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_ALLOWS_H
#define POSTERN_RECORDER_POLICY_POLICY_ALLOWS_H

#include <stdint.h>

#include "lib/base/secret.h"

struct policy_role;

/*
 * Over its account, command, environment, rights, limits, files, masks, trail and guards; of masks and guards that come with Postern
 * their names, of the site's and the role's own also what they look for. Who may ask and who decides, times,
 * endings and retention have no part in it. Never zero. 0 or ERR_BUF_FULL.
 */
int	policy_allows(const struct policy_role *role, uint8_t sha256[SECRET_SHA256]);

#endif
