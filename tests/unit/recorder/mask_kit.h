/* SPDX-License-Identifier: ISC */
/* A few rules of each kind, and sinks in memory, for the tests of masking. */
#ifndef POSTERN_TESTS_UNIT_RECORDER_MASK_KIT_H
#define POSTERN_TESTS_UNIT_RECORDER_MASK_KIT_H

#include "lib/base/buf.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_stream.h"

enum kit_rule { KIT_GITHUB, KIT_VALUE, KIT_JWT, KIT_CARD, KIT_MAIL, KIT_KEY, KIT_LABEL, KIT_TOKEN, KIT_SLOW, KIT_SEEN, KIT_RULES };

extern const struct mask_rules kit_rules;

struct kit {
	struct mask_stream	*stream;
	struct buf		 record, screen;
	int64_t			 now_us;
	uint32_t		 near, near_check;
};

struct mask_match	*kit_match(void);	/* of kit_rules; not to be freed */

void	kit_open(struct kit *kit, int cols, int rows);
void	kit_close(struct kit *kit);
void	kit_write(struct kit *kit, const char *text);
void	kit_write_pieces(struct kit *kit, const void *bytes, size_t count, size_t piece);	/* no time passes */
void	kit_wait(struct kit *kit, int64_t us);	/* with the ticks that are due */
char	*kit_recorded(struct kit *kit);	/* flushes; the caller frees */
char	*kit_shown(struct kit *kit);	/* so far; the caller frees */

#endif
