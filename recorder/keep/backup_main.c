/* SPDX-License-Identifier: ISC */
/* postern-backup: what `postern backup` and `postern restore` run. */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/cli.h"
#include "lib/base/secret.h"
#include "recorder/keep/backup.h"

/* clang-format off */
static const struct cli_option backup_options[] = {
	{ 0, "root", "DIR", "of a private Postern, instead of the installed one" },
	{ 0, "as", "NAME", "in trial mode: who makes it" },
	{ 0, "keys", NULL, "also the log's key and the pseudonyms' key; then the backup must be kept as they are" },
	{ 0, "json", NULL, "as one line of JSON" }, { 0, NULL, NULL, NULL } };
static const struct cli_option restore_options[] = {
	{ 0, "root", "DIR", "of a private Postern, instead of the installed one" },
	{ 0, "slots", "DIR", "take the key slots from an old state directory, instead of the replica" },
	{ 0, "ssh-config", "FILE", "for the way to the replica: names the key that may take copies back" },
	{ 0, "log-key", "FILE", "the log's key, if it is not in the backup" },
	{ 0, "slots-key", "FILE", "the key of wrapped key slots (default: from $CREDENTIALS_DIRECTORY)" },
	{ 0, "json", NULL, "as one line of JSON" }, { 0, NULL, NULL, NULL } };
static const struct cli_verb verbs[] = {
	{ "backup", "DIR", "Copy catalogue and recordings into a folder, without the keys that open them", backup_options, cmd_backup, 1, 1 },
	{ "restore", "DIR", "Put a backup back, and delete again what was deleted since", restore_options, cmd_restore, 1, 1 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	secret_init();
	umask(077);
	return cli_main("postern", "Backups that do not bring back what was deleted.", verbs, argc, argv, NULL);
}
