/* SPDX-License-Identifier: ISC */
/* `mask` and `record-only` of the roles: the rules they mean, read from the site's files and those that come with Postern. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_MASK_H
#define POSTERN_RECORDER_POLICY_POLICY_MASK_H

#include <stdbool.h>

#include "recorder/policy/policy.h"

#define POLICY_RULES	"rules.d/"	/* names of the site's files begin so */

struct check;

bool	policy_mask_is_rules(const struct policy_file *file);

/* All rules into policy->rules. 0, or ERR_POLICY after a line in `errors` for each fault. */
int	policy_mask_load(struct policy *policy, const struct policy_files *files, struct buf *errors);

/* Fills in role->mask: what the role says, or `mask: [secrets]`. */
void	policy_mask_check(struct check *c, struct policy_role *role);

/* Releases what the two above have made. */
void	policy_mask_free(struct policy *policy);

#endif
