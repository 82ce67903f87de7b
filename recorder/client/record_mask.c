/* SPDX-License-Identifier: ISC */
/* What `postern record` masks with: the rules for its worker, and the command line as it may be stored. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/format.h"
#include "recorder/client/record.h"
#include "recorder/client/rules.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_text.h"

#define COMMAND_TEXT	(REC_META_MOST / 2 - 512)	/* of a command line in the meta, where each byte may need a backslash; the rest is cut */

/* With the rules only a moment, as everything else is the worker's. */
static int
cover(const struct mask_rules *rules, char *text)
{
	struct mask_match *match = NULL;
	int r = mask_match_slow(rules, &match);

	if (r < 0)
		return r;
	(void)mask_text_cover(match, text);
	mask_match_free(match);
	return 0;
}

static char *
join(char *const *command)
{
	AUTO_BUF struct buf line;

	buf_init(&line, COMMAND_TEXT);
	for (size_t i = 0; command[i] != NULL; i++)
		if (buf_addf(&line, "%s%s", i > 0 ? " " : "", command[i]) < 0)
			break;
	return buf_text(&line);
}

/* A sealed file in memory, as the worker opens none. */
static int
pack(const struct mask_rules *rules)
{
	AUTO_BUF struct buf packed;
	int r;

	buf_init(&packed, MASK_RULES_PACKED);
	r = mask_rules_pack(rules, &packed);
	return r < 0 ? r : fdio_memory("postern-rules", buf_data(&packed), buf_len(&packed));
}

int
record_mask(struct cli *cli, struct record *record)
{
	AUTO_MASK_RULES struct mask_rules *all = NULL;
	AUTO_MASK_RULES struct mask_rules *chosen = NULL;
	int r;

	record->line = join(record->command);
	if (cli_has(cli, "no-mask"))
		return cli_has(cli, "rules") ? cli_fail(cli, STATUS_USAGE, "--no-mask and --rules contradict each other") : STATUS_OK;
	r = rules_load(cli, &all);
	if (r == STATUS_OK)
		r = rules_choose(cli, NULL, all, &chosen);
	if (r != STATUS_OK)
		return r;
	r = cover(chosen, record->line);
	if (r == 0)
		r = record->rules = pack(chosen);
	return r < 0 ? cli_fail(cli, STATUS_FAILED, "the rules cannot be used: %s", err_text(r)) : STATUS_OK;
}
