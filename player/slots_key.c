/* SPDX-License-Identifier: ISC */
/* Where a reader of a state directory finds the key of its slots. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/store/store.h"
#include "lib/store/wrap.h"
#include "player/slots_key.h"

int
slots_key_use(const struct cli *cli, struct store *store, struct wraps *wraps)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	int r = wraps_load(wraps, folder != NULL ? folder : WRAP_FOLDER);

	if (r == -EACCES && folder == NULL)
		r = 0;
	if (r < 0)
		return cli_fail(cli, cli_status(r), "the key of the key slots in %s: %s", folder != NULL ? folder : WRAP_FOLDER, err_text(r));
	(void)store_wrap_with(store, wraps, NULL);	/* what it does not open says so by itself */
	return STATUS_OK;
}
