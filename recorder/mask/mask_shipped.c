/* SPDX-License-Identifier: ISC */
/* The shipped rules from their packed form. */
#include "config.h"

#include "lib/base/err.h"
#include "lib/base/log.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_shipped.h"

struct mask_rules *
mask_rules_shipped(void)
{
	struct mask_rules *rules = NULL;
	int r = mask_rules_unpack(mask_shipped, mask_shipped_count, &rules);

	if (r < 0)
		log_fatal("the rules of this program are not valid: %s", err_text(r));
	return rules;
}
