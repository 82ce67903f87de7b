/* SPDX-License-Identifier: ISC */
/* postern log export|proof|tiles. */
#include "config.h"

#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/head.h"
#include "lib/store/wrap.h"
#include "player/commands.h"
#include "player/log.h"
#include "player/slots_key.h"

/* clang-format off */
static const struct act {
	const char	*name;
	int		 words;	/* behind it */
	int		(*run)(struct log_job *job);
} acts[] = {
	{ "export", 0, log_export },
	{ "proof", 1, log_proof },
	{ "tiles", 1, log_tiles },
};
/* clang-format on */

int
log_checkpoint(const struct head *head, struct checkpoint *checkpoint)
{
	struct note note;
	int r = note_parse(head->note, strlen(head->note), &note);

	if (r == 0)
		r = checkpoint_parse(note.text, note.text_bytes, checkpoint);
	return r == 0 && checkpoint->head.size != (uint64_t)head->size ? ERR_NOTE : r;
}

static int
run_act(struct cli *cli, const struct act *act)
{
	AUTO_PLACE struct place place = { 0 };
	AUTO_SECRET struct wraps *wraps = secret_new(sizeof *wraps);
	AUTO_STORE struct store *store = NULL;
	struct log_job job = { .cli = cli, .word = act->words > 0 ? cli->words[1] : NULL };
	const char *dir = cli_get(cli, "state");
	int r;

	place_init(&place, cli_get(cli, "root"));
	if (dir == NULL)
		dir = place.state;
	r = store_open(dir, STORE_READONLY | STORE_KEYLESS, &store);
	if (r < 0)
		return cli_fail(cli, r == ERR_STORE_DAMAGED ? STATUS_DAMAGED : cli_status(r), "%s: %s", dir, err_text(r));
	r = slots_key_use(cli, store, wraps);
	if (r != STATUS_OK)
		return r;
	job.store = store;
	return act->run(&job);
}

int
cmd_log(struct cli *cli)
{
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(cli->words[0], acts[i].name) == 0 && cli->word_count == 1 + acts[i].words)
			return run_act(cli, &acts[i]);
	return cli_fail(cli, STATUS_USAGE, "say `log export`, `log proof N` or `log tiles DIR`");
}
