/* SPDX-License-Identifier: ISC */
/*
 * postern restore: the backup's files, the key slots as they are now, and then everything whose key has gone since is deleted
 * again. The log says what it is: a log with a gap.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/copy.h"
#include "lib/store/replica.h"
#include "lib/store/rewrap.h"
#include "recorder/keep/backup.h"
#include "recorder/keep/fetch.h"
#include "recorder/keep/manifest.h"

/* A slot whose erasure the replica has signed for. */
struct gone {
	uint32_t	 unit;
	int64_t		 time_s;
	char		*note;
};

struct restore {
	const struct cli	*cli;
	struct place		 place;
	const char		*from;
	struct manifest		 manifest;
	struct slots		 slots;
	struct store		*store;
	struct wraps		*wraps;		/* secret memory: keys of the key slots */
	bool			 is_replica;	/* the slots came from it, and it has them as they are here */
	char			 class[STORE_NAME];
	struct gone		*gone;
	size_t			 gone_count;
	struct unit		*units;
	size_t			 unit_count;
	int64_t			 lost_to;
	int64_t			 live, again, adopted, missing;	/* slots: kept; deleted again; of later sessions; nowhere */
};

static void
restore_done(struct restore *restore)
{
	for (size_t i = 0; i < restore->gone_count; i++)
		free(restore->gone[i].note);
	free(restore->gone);
	free(restore->units);
	store_close(restore->store);
	if (restore->slots.fd >= 0)
		slots_close(&restore->slots);
	secret_free(restore->wraps);
	manifest_done(&restore->manifest);
	place_done(&restore->place);
}

static int
fail(const struct restore *restore, int error)
{
	return cli_fail(restore->cli, cli_status(error), "%s: %s", restore->place.state, err_text(error));
}

/* ---- before anything is written ---- */

static bool
is_there(const char *dir, const char *name)
{
	AUTO_FREE char *path = place_path(dir, name, NULL);
	struct stat status;

	return lstat(path, &status) == 0;
}

static int
check_place(struct restore *restore)
{
	AUTO_FREE char *gate = place_path(restore->place.run, "gate.sock", NULL);
	AUTO_FD int fd = fdio_connect(gate);

	if (fd >= 0)
		return cli_fail(restore->cli, STATUS_FAILED, "posternd runs; stop it first");
	if (is_there(restore->place.state, "catalogue.db") || is_there(restore->place.state, "slots"))
		return cli_fail(restore->cli, STATUS_FAILED, "%s has a catalogue or key slots already; move them away first, and keep them", restore->place.state);
	if (mkdir(restore->place.state, 0700) < 0 && errno != EEXIST)
		return fail(restore, -errno);
	for (size_t i = 0; manifest_folders[i] != NULL; i++) {
		AUTO_FREE char *folder = place_path(restore->place.state, manifest_folders[i], NULL);

		if (mkdir(folder, 0700) < 0 && errno != EEXIST)
			return fail(restore, -errno);
	}
	return STATUS_OK;
}

static int
check_backup(struct restore *restore)
{
	const char *name = "backup";
	int r = manifest_read(&restore->manifest, restore->from);

	if (r == 0 && !manifest_has(&restore->manifest, "catalogue.db"))
		r = ERR_CONFIG;
	if (r == 0)
		r = manifest_check(&restore->manifest, restore->from, &name);
	if (r == ERR_CONFIG)
		return cli_fail(restore->cli, STATUS_FAILED, "%s is not a whole backup", restore->from);
	if (r == ERR_STORE_DAMAGED)
		return cli_fail(restore->cli, STATUS_DAMAGED, "%s/%s is not the file that was backed up", restore->from, name);
	return r < 0 ? cli_fail(restore->cli, cli_status(r), "%s/%s: %s", restore->from, name, err_text(r)) : STATUS_OK;
}

/* ---- the key slots ---- */

static int
take_slots_key(struct restore *restore)
{
	const char *path = cli_get(restore->cli, "slots-key"), *folder = getenv("CREDENTIALS_DIRECTORY");
	int r = path != NULL ? wraps_read(restore->wraps, path) : wraps_load(restore->wraps, folder);

	return r < 0 ? cli_fail(restore->cli, STATUS_FAILED, "the key of the key slots (%s): %s", path != NULL ? path : folder, err_text(r)) : STATUS_OK;
}

static int
take_live(void *user, const uint8_t record[SLOTS_RECORD])
{
	struct restore *restore = user;

	return slots_put(&restore->slots, record);
}

static int
take_erased(void *user, const struct receipt *receipt, const char *note)
{
	struct restore *restore = user;

	restore->gone = own_grow(restore->gone, restore->gone_count + 1, sizeof *restore->gone);
	restore->gone[restore->gone_count++] = (struct gone){ receipt->slot, receipt->time_s, own_dup(note) };
	if ((int64_t)receipt->head.size > restore->lost_to)
		restore->lost_to = (int64_t)receipt->head.size;
	return slots_shred(&restore->slots, receipt->slot);
}

static int
fetch_slots(struct restore *restore)
{
	AUTO_FREE char *path = place_path(restore->place.etc, "replica", NULL), *config = place_path(restore->place.etc, "ssh_config", NULL);
	const char *given = cli_get(restore->cli, "ssh-config");
	struct fetch fetch = { .log = restore->manifest.log, .live = take_live, .erased = take_erased, .user = restore };
	char host[FETCH_WHY], why[FETCH_WHY];
	int r = fetch_read_file(path, host, &fetch.key);

	if (r < 0)
		return cli_fail(restore->cli, STATUS_FAILED, "%s names no replica (%s): where are the key slots? (--slots DIR)", path, err_text(r));
	fetch.host = host;
	fetch.config = given != NULL ? given : access(config, R_OK) == 0 ? config : NULL;
	restore->is_replica = true;
	return fetch_run(&fetch, why) < 0 ? cli_fail(restore->cli, STATUS_FAILED, "%s", why) : STATUS_OK;
}

static int
copy_slot(struct restore *restore, struct slots *old, uint32_t unit, uint8_t *record)
{
	struct slot slot;
	int r = slots_get(old, unit, &slot);

	if (r == 0 && slot.state == SLOT_ERASED)
		return slots_shred(&restore->slots, unit);
	if (r == 0 && slot.state == SLOT_LIVE)
		r = slots_copy(old, unit, record);
	if (r == 0 && slot.state == SLOT_LIVE)
		r = slots_put(&restore->slots, record);
	return r == ERR_SLOT_DAMAGED ? 0 : r;	/* it is missing then */
}

static int
copy_slots(struct restore *restore, const char *dir)
{
	AUTO_SECRET uint8_t *record = secret_new(SLOTS_RECORD);
	struct slots old;
	uint32_t count = 0;
	int r = slots_open(&old, dir, false, true);

	if (r < 0)
		return cli_fail(restore->cli, cli_status(r), "%s/slots: %s", dir, err_text(r));
	r = slots_count(&old, &count);
	for (uint32_t unit = 1; r == 0 && unit < count; unit++)
		r = copy_slot(restore, &old, unit, record);
	slots_close(&old);
	return r < 0 ? fail(restore, r) : STATUS_OK;
}

static int
take_slots(struct restore *restore)
{
	const char *dir = cli_get(restore->cli, "slots");
	int r = slots_open(&restore->slots, restore->place.state, true, false);

	if (r < 0)
		return fail(restore, r);
	return dir != NULL ? copy_slots(restore, dir) : fetch_slots(restore);
}

/* ---- the files ---- */

static int
copy_files(struct restore *restore)
{
	AUTO_FREE char *key = place_path(restore->place.state, "log.key", NULL), *text = NULL;
	const char *given = cli_get(restore->cli, "log-key");
	struct manifest made = { .count = 0 };
	size_t count;
	int r = 0;

	for (size_t i = 0; r == 0 && i < restore->manifest.count; i++)
		r = manifest_copy(&made, restore->from, restore->place.state, restore->manifest.files[i].name);
	manifest_done(&made);
	if (r == 0 && given != NULL) {
		r = fdio_slurp_path(given, 4096, &text, &count);
		if (r == 0)
			r = fdio_replace(key, 0600, text, count);
	}
	return r < 0 ? fail(restore, r) : STATUS_OK;
}

/* ---- what has happened since ---- */

static int
keep_unit(void *ctx, const struct unit *unit)
{
	struct restore *restore = ctx;

	restore->units = own_grow(restore->units, restore->unit_count + 1, sizeof *restore->units);
	restore->units[restore->unit_count++] = *unit;
	return 0;
}

static const struct gone *
find_gone(const struct restore *restore, uint32_t unit)
{
	for (size_t i = 0; i < restore->gone_count; i++)
		if (restore->gone[i].unit == unit)
			return &restore->gone[i];
	return NULL;
}

static void
remove_files(const struct restore *restore, const struct id *session, bool trail)
{
	static const char *const suffixes[][2] = { { "rec", "tail" }, { "trail.rec", "trail.tail" } };
	char name[ID_TEXT + 16], id[ID_TEXT];

	for (size_t i = 0; i < 2; i++) {
		AUTO_FREE char *path = NULL;

		snprintf(name, sizeof name, "%s.%s", id_text(session, id), suffixes[trail][i]);
		path = place_path(restore->place.state, "rec", name);
		unlink(path);	/* what stays is swept by the gate */
	}
}

/* Its key has gone since the backup was made: so does what the backup has of it. */
static int
delete_again(struct restore *restore, const struct unit *unit)
{
	const struct gone *gone = find_gone(restore, unit->number);
	char text[256], when[CLOCK_TEXT];
	struct event_new said = { .type = EVENT_DELETED, .subject = unit->session, .time_us = clock_wall_us(), .class = restore->class,
		.number = EVENT_NO_NUMBER, .text = text };
	int r;

	snprintf(text, sizeof text, "%s deleted again after a restore: key slot %" PRIu32 " was erased since the backup%s%s", unit_kind_names[unit->kind],
	    unit->number, gone != NULL ? "; the replica signed for it at " : "", gone != NULL ? clock_utc(gone->time_s * CLOCK_US, when) : "");
	said.text_bytes = strlen(text);
	r = copy_forget(restore->store, unit->number, said.time_us, &said);
	if (r == 0 && gone != NULL)
		r = replica_erased(restore->store, unit->number, gone->time_s * CLOCK_US, gone->note);
	if (r == 0 && (unit->kind == UNIT_RECORDING || unit->kind == UNIT_TRAIL))
		remove_files(restore, &unit->session, unit->kind == UNIT_TRAIL);
	restore->again += r == 0;
	return r;
}

static int
bring_unit(struct restore *restore, const struct unit *unit)
{
	int r = 0;

	if (unit->shredded_us == 0 && unit->slot == SLOT_ERASED)
		return delete_again(restore, unit);
	if (unit->shredded_us == 0 && unit->slot != SLOT_LIVE)
		restore->missing++;
	if (unit->shredded_us == 0 && unit->slot == SLOT_LIVE) {
		restore->live++;
		if (restore->is_replica)
			r = replica_kept(restore->store, unit->number, clock_wall_us());
	}
	/* The catalogue knows it as deleted, and a copy of the key came back: the gate tells the replica. */
	if (unit->shredded_us != 0 && unit->slot == SLOT_LIVE)
		r = slots_shred(&restore->slots, unit->number);
	return r;
}

/* Slots of what happened after the backup: nothing names them, and they lapse all the same. */
static int
adopt(struct restore *restore)
{
	uint32_t count, last = restore->unit_count > 0 ? restore->units[restore->unit_count - 1].number : 0;
	struct slot slot;
	int r = slots_count(&restore->slots, &count);

	for (uint32_t unit = last + 1; r == 0 && unit < count; unit++) {
		if (slots_get(&restore->slots, unit, &slot) < 0 || slot.state != SLOT_LIVE)
			continue;
		r = copy_adopt(restore->store, &slot);
		if (r == 0 && restore->is_replica)
			r = replica_kept(restore->store, unit, clock_wall_us());
		restore->adopted += r == 0;
	}
	return r;
}

static int
bring_all(struct restore *restore)
{
	AUTO_TXN struct txn txn = { 0 };
	const struct copy_restored restored = { .lost_to = restore->lost_to, .entries = restore->manifest.entries, .made_s = restore->manifest.time_s };
	int r = txn_begin(&txn, restore->store);

	if (r == 0)
		r = adopt(restore);
	if (r == 0)
		r = copy_tell_restored(restore->store, &restored, restore->class, clock_wall_us());
	for (size_t i = 0; r == 0 && i < restore->unit_count; i++)
		r = bring_unit(restore, &restore->units[i]);
	return r < 0 ? r : txn_commit(&txn);
}

/* Slots that another machine's key wraps, or none, come under the one that is given. */
static int
wrap_slots(struct restore *restore)
{
	struct survey found;
	int r = store_wrap_with(restore->store, restore->wraps, &found);

	if (found.plain + found.old > 0 && restore->wraps->count > 0)
		restore->is_replica = false;	/* it gets them anew */
	return r;
}

static int
bring_up(struct restore *restore)
{
	int r = store_open(restore->place.state, 0, &restore->store);

	if (r == 0)
		r = wrap_slots(restore);
	if (r == ERR_WRAP_MISSING || r == ERR_WRAP_WRONG)
		return cli_fail(restore->cli, cli_status(r), "%s (--slots-key FILE)", err_text(r));
	if (r == 0)
		r = unit_class_first(restore->store, restore->class);
	if (r == 0)
		r = unit_list(restore->store, keep_unit, restore);
	if (r == 0)
		r = bring_all(restore);
	if (r == 0)
		r = store_purge(restore->store);
	return r < 0 ? fail(restore, r) : STATUS_OK;
}

/* Everything belongs to whom the state directory belongs. */
static int
give_away(struct restore *restore)
{
	static const char *const names[] = { "catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "mark", "slots", "rec", "versions", "witness", "out", "log.key", "log.pub", "pseudonyms.key" };
	const size_t fixed = sizeof names / sizeof names[0];
	struct stat owner;

	if (stat(restore->place.state, &owner) < 0)
		return fail(restore, -errno);
	for (size_t i = 0; i < fixed + restore->manifest.count; i++) {
		int r = manifest_give(restore->place.state, i < fixed ? names[i] : restore->manifest.files[i - fixed].name, owner.st_uid, owner.st_gid);

		if (r < 0 && r != -ENOENT)
			return fail(restore, r);
	}
	return STATUS_OK;
}

static void
tell(const struct restore *restore)
{
	if (cli_has(restore->cli, "json")) {
		printf("{\"entries\":%" PRId64 ",\"live\":%" PRId64 ",\"deleted_again\":%" PRId64 ",\"later\":%" PRId64 ",\"missing\":%" PRId64 "}\n",
		    restore->manifest.entries, restore->live, restore->again, restore->adopted, restore->missing);
		return;
	}
	printf("%" PRId64 " entries of the log are back. It says that what came after them was lost, and so does `postern verify`.\n", restore->manifest.entries);
	printf("%" PRId64 " key slots are live; %" PRId64 " were erased since the backup, and what was sealed under them is deleted again.\n", restore->live,
	    restore->again);
	if (restore->adopted > 0)
		printf("%" PRId64 " key slots belong to what happened after the backup; they lapse as texts of their day.\n", restore->adopted);
	if (restore->missing > 0)
		printf("%" PRId64 " key slots are nowhere: what was sealed under them cannot be opened.\n", restore->missing);
	if (!is_there(restore->place.state, "log.key"))
		printf("The log's key is not there: put it into %s/log.key (mode 0600) before the start, or no head is signed.\n", restore->place.state);
}

/* A restore that failed can be tried again: nothing of it stays that would stand in the way. */
static void
undo(struct restore *restore)
{
	static const char *const names[] = { "catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "slots", "slots.redo" };

	store_close(TAKE(restore->store, NULL));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = place_path(restore->place.state, names[i], NULL);

		unlink(path);
	}
}

/* From here on files are written; check_place() has seen to it that none of them was there. */
static int
put_back(struct restore *restore)
{
	int r = take_slots(restore);

	if (r == STATUS_OK)
		r = copy_files(restore);
	if (r == STATUS_OK)
		r = bring_up(restore);
	if (r == STATUS_OK)
		r = give_away(restore);
	if (r != STATUS_OK)
		undo(restore);
	return r;
}

int
cmd_restore(struct cli *cli)
{
	struct restore restore AUTO(restore_done) = { .cli = cli, .from = cli->words[0], .slots = { .fd = -1 } };
	int r;

	place_init(&restore.place, cli_get(cli, "root"));
	restore.wraps = secret_new(sizeof *restore.wraps);
	r = take_slots_key(&restore);
	if (r == STATUS_OK)
		r = check_backup(&restore);
	if (r == STATUS_OK)
		r = check_place(&restore);
	if (r == STATUS_OK)
		r = put_back(&restore);
	if (r == STATUS_OK)
		tell(&restore);
	return r;
}
