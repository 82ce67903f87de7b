/* SPDX-License-Identifier: ISC */
/* The masking rules that a command line asks for. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/client/rules.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_shipped.h"

#define ERRORS_MOST	(1u << 20)
#define FILES_MOST	CLI_VALUES
#define SETS_MOST	64

int
rules_load(struct cli *cli, struct mask_rules **rules)
{
	const char *paths[FILES_MOST];
	struct buf errors;
	size_t count = 0;
	int r;

	while (count < FILES_MOST && cli_nth(cli, "rules", (int)count) != NULL) {
		paths[count] = cli_nth(cli, "rules", (int)count);
		count++;
	}
	if (count == 0) {
		*rules = mask_rules_shipped();
		return 0;
	}
	buf_init(&errors, ERRORS_MOST);
	r = mask_rules_load(paths, count, rules, &errors);
	if (r < 0)
		(void)fdio_write(STDERR_FILENO, buf_data(&errors), buf_len(&errors));
	buf_done(&errors);
	return r < 0 ? cli_fail(cli, cli_status(r), "the rules cannot be used: %s", err_text(r)) : 0;
}

int
rules_choose(struct cli *cli, const char *names, struct mask_rules *all, struct mask_rules **chosen)
{
	AUTO_FREE char *copy = own_dup(names != NULL ? names : "");
	const char *words[SETS_MOST + 1] = { NULL };
	char why[MASK_RULES_WHY], *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(copy, ",", &rest); word != NULL && count < SETS_MOST; word = strtok_r(NULL, ",", &rest))
		words[count++] = word;
	for (size_t i = 0; names == NULL && i < all->count && count < SETS_MOST; i++) {
		bool is_known = false;

		for (size_t j = 0; j < count; j++)
			is_known = is_known || strcmp(words[j], all->items[i].set) == 0;
		if (!is_known)
			words[count++] = all->items[i].set;
	}
	if (mask_rules_select(all, words, chosen, why) < 0)
		return cli_fail(cli, STATUS_USAGE, "%s", why);
	return 0;
}
