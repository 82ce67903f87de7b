/* SPDX-License-Identifier: ISC */
/* postern backup: the catalogue first, then the files that it names. Key slots are never in it. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
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
#include "lib/store/copy.h"
#include "lib/store/head.h"
#include "lib/store/recording.h"
#include "lib/wire/client.h"
#include "recorder/keep/backup.h"
#include "recorder/keep/manifest.h"

struct backup {
	const char	*from, *to;
	struct manifest	 manifest;
	int64_t		 recordings;
	struct tree_head head;		/* of the copied log */
	struct store	*copied;	/* the catalogue's copy */
	char		 name[MANIFEST_NAME];	/* the file at hand, for the sentence */
};

static int
copy(struct backup *backup, const char *name)
{
	snprintf(backup->name, sizeof backup->name, "%s", name);
	return manifest_copy(&backup->manifest, backup->from, backup->to, name);
}

/* A complete recording that an earlier run copied is not copied again. */
static bool
has_it(struct backup *backup, const struct recording *recording, const char *name)
{
	AUTO_FREE char *path = place_path(backup->to, name, NULL);
	const struct manifest_file *file;
	struct stat status;

	if (recording->state != RECORDING_CLOSED || lstat(path, &status) < 0 || status.st_size != recording->file.bytes ||
	    manifest_add(&backup->manifest, backup->to, name) < 0)
		return false;
	file = &backup->manifest.files[backup->manifest.count - 1];
	if (memcmp(file->sha256, recording->file.sha256, sizeof file->sha256) == 0)
		return true;
	backup->manifest.count--;
	return false;
}

/* What was deleted a moment ago is not there any more, and is not missed. */
static int
copy_one(struct backup *backup, const struct recording *recording, bool trail)
{
	static const char *const suffixes[][2] = { { "rec", "tail" }, { "trail.rec", "trail.tail" } };
	char name[MANIFEST_NAME], id[ID_TEXT];
	int r;

	if (recording->state == RECORDING_EXPIRED)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof name, "rec/%s.%s", id_text(&recording->session.id, id), suffixes[trail][i]);
		r = has_it(backup, recording, name) ? 0 : copy(backup, name);
		if (r < 0 && r != -ENOENT)
			return r;
		backup->recordings += r == 0 && i == 0 && !trail;
	}
	return 0;
}

/* With the trail beside it, if there is one. */
static int
copy_recording(void *ctx, const struct recording *recording)
{
	struct backup *backup = ctx;
	struct recording trail;
	int r = copy_one(backup, recording, false);

	if (r == 0 && recording->session.has_trail) {
		r = recording_trail_get(backup->copied, &recording->session.id, &trail);
		r = r == ERR_NOT_FOUND ? 0 : r < 0 ? r : copy_one(backup, &trail, true);
	}
	return r;
}

static int
copy_folder(struct backup *backup, const char *name)
{
	AUTO_FREE char *folder = place_path(backup->from, name, NULL), *to = place_path(backup->to, name, NULL);
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : -errno;
	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		r = -errno;
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		char file[sizeof entry->d_name + 16];

		snprintf(file, sizeof file, "%s/%s", name, entry->d_name);
		if (strlen(file) >= MANIFEST_NAME || !manifest_is_name(file))
			continue;
		r = copy(backup, file);
		r = r == -ENOENT ? 0 : r;	/* written anew a moment ago */
	}
	closedir(dir);
	return r;
}

/*
 * Settings as they were, which the log names by their hash; what witnesses have signed, which no later log can show again; and how far
 * outputs have come, so that a restored log is not sent to them once more.
 */
static int
copy_folders(struct backup *backup)
{
	static const char *const names[] = { "versions", "witness", "out" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof names / sizeof names[0]; i++)
		r = copy_folder(backup, names[i]);
	return r;
}

/* A folder that is used again forgets what has been deleted since. */
static int
forget(struct backup *backup)
{
	AUTO_FREE char *folder = place_path(backup->to, "rec", NULL);
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	if (dir == NULL)
		return -errno;
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		char name[sizeof entry->d_name + 8];

		snprintf(name, sizeof name, "rec/%s", entry->d_name);
		if (entry->d_name[0] != '.' && !manifest_has(&backup->manifest, name) && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			r = -errno;
	}
	closedir(dir);
	return r;
}

static int
copy_store(struct backup *backup, struct store *store)
{
	AUTO_FREE char *path = place_path(backup->to, "catalogue.db", NULL);
	AUTO_FD int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	snprintf(backup->name, sizeof backup->name, "catalogue.db");
	if (fd < 0)
		return -errno;
	r = copy_catalogue(store, path);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r < 0 ? r : manifest_add(&backup->manifest, backup->to, "catalogue.db");
}

/* The files are chosen by the copy of the catalogue, so that both are of one moment. */
static int
copy_files(struct backup *backup, bool with_keys)
{
	static const char *const keys[] = { "log.pub", "log.key", "pseudonyms.key" };
	const struct recording_filter all = { .limit = 0 };
	AUTO_STORE struct store *copied = NULL;
	int r = store_open(backup->to, STORE_READONLY | STORE_KEYLESS, &copied);

	if (r == 0)
		r = event_count(copied, &backup->manifest.entries);
	backup->copied = copied;
	if (r == 0)
		r = head_now(copied, &backup->head);
	if (r == 0)
		r = recording_list(copied, &all, copy_recording, backup);
	if (r == 0)
		r = copy_folders(backup);
	for (size_t i = 0; r == 0 && i < (with_keys ? 3 : 1); i++) {
		r = copy(backup, keys[i]);
		if (r == -ENOENT)
			r = 0;
	}
	return r;
}

static void
read_log_key(struct backup *backup)
{
	AUTO_FREE char *path = place_path(backup->from, "log.pub", NULL), *text = NULL;

	if (fdio_slurp_path(path, NOTE_VKEY, &text, NULL) < 0)
		return;
	text[strcspn(text, "\r\n")] = '\0';
	snprintf(backup->manifest.log, sizeof backup->manifest.log, "%s", text);
}

static int
make_folders(const char *dir)
{
	AUTO_FREE char *rec = place_path(dir, "rec", NULL);

	if ((mkdir(dir, 0700) < 0 && errno != EEXIST) || (mkdir(rec, 0700) < 0 && errno != EEXIST))
		return -errno;
	return 0;
}

static int
run(struct backup *backup, bool with_keys)
{
	AUTO_STORE struct store *store = NULL;
	int r = store_open(backup->from, STORE_READONLY | STORE_KEYLESS, &store);

	if (r == 0)
		r = make_folders(backup->to);
	backup->manifest.time_s = clock_wall_us() / CLOCK_US;
	read_log_key(backup);
	if (r == 0)
		r = copy_store(backup, store);
	if (r == 0)
		r = copy_files(backup, with_keys);
	if (r == 0)
		r = forget(backup);
	return r < 0 ? r : manifest_write(&backup->manifest, backup->to);
}

/* Reading the copy has made them beside it. */
static void
remove_sides(const struct backup *backup)
{
	AUTO_FREE char *wal = place_path(backup->to, "catalogue.db-wal", NULL), *shm = place_path(backup->to, "catalogue.db-shm", NULL);

	unlink(wal);
	unlink(shm);
}

static int
send_told(const struct cli *cli, const struct wire_backup *told)
{
	AUTO_CLIENT struct client client;
	int r = client_open(&client, cli);

	return r != 0 ? r : client_ask(&client, WIRE_BACKUP, told, 0, NULL, NULL);
}

/* The gate alone writes the log. */
static void
tell_gate(const struct cli *cli, const struct place *place, const struct backup *backup)
{
	AUTO_FREE char *path = place_path(place->run, "gate.sock", NULL), *folder = realpath(backup->to, NULL);
	char root[sodium_base64_ENCODED_LEN(TREE_HASH, sodium_base64_VARIANT_ORIGINAL)], unknown[] = "an unknown folder";
	struct wire_backup told = { .entries = backup->manifest.entries, .root = root, .recordings = backup->recordings,
		.files = (int64_t)backup->manifest.count, .folder = folder != NULL ? folder : unknown, .with_keys = cli_has(cli, "keys") };
	AUTO_FD int fd = fdio_connect(path);

	sodium_bin2base64(root, sizeof root, backup->head.root, TREE_HASH, sodium_base64_VARIANT_ORIGINAL);
	for (size_t i = 0; i < backup->manifest.count; i++)
		told.bytes += backup->manifest.files[i].bytes;
	if (fd < 0)
		fprintf(stderr, "posternd does not run, so the log does not know of this backup.\n");
	else if (send_told(cli, &told) != 0)
		fprintf(stderr, "The backup is made, and the log does not know of it.\n");
}

int
cmd_backup(struct cli *cli)
{
	AUTO_PLACE struct place place = { 0 };
	struct backup backup = { .to = cli->words[0] };
	int r;

	place_init(&place, cli_get(cli, "root"));
	backup.from = place.state;
	r = run(&backup, cli_has(cli, "keys"));
	remove_sides(&backup);
	if (r < 0)
		r = cli_fail(cli, cli_status(r), "%s to %s%s%s: %s", backup.from, backup.to, backup.name[0] != '\0' ? ", " : "", backup.name, err_text(r));
	else
		tell_gate(cli, &place, &backup);
	if (r == 0 && cli_has(cli, "json"))
		printf("{\"entries\":%" PRId64 ",\"recordings\":%" PRId64 ",\"files\":%zu,\"time\":%" PRId64 "}\n", backup.manifest.entries, backup.recordings,
		    backup.manifest.count, backup.manifest.time_s);
	else if (r == 0)
		printf("%" PRId64 " entries of the log and %" PRId64 " recordings are in %s. The key slots are not: their replica has them.\n",
		    backup.manifest.entries, backup.recordings, backup.to);
	manifest_done(&backup.manifest);
	return r;
}
