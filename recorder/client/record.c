/* SPDX-License-Identifier: ISC */
/* postern record: this terminal into a file, sealed to a key, without a gate. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/text.h"
#include "lib/record/agekey.h"
#include "lib/record/format.h"
#include "recorder/client/record.h"
#include "recorder/client/relay.h"

#define RECIPIENTS_MOST	64

/* The files and keys of one recording. */
struct job {
	const char	*path;
	char		*path_room, *tail_path;	/* owned */
	struct record	 record;
	char		*recipients[RECIPIENTS_MOST + 1];
	char		*recipient_room;
	char		*command[2];
};

static void
job_done(struct job *job)
{
	if (job->record.rec >= 0)
		close(job->record.rec);
	if (job->record.tail >= 0)
		close(job->record.tail);
	if (job->record.rules >= 0)
		close(job->record.rules);
	free(job->record.line);
	free(job->path_room);
	free(job->tail_path);
	free(job->recipient_room);
}

/* A JSON string. The text is clean already: only these two need a backslash. */
static void
add_json(struct buf *out, const char *text)
{
	AUTO_FREE char *clean = text_clean(text, strlen(text));

	(void)buf_add_text(out, "\"");
	for (const char *at = clean; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			(void)buf_add_text(out, "\\");
		(void)buf_add(out, at, 1);
	}
	(void)buf_add_text(out, "\"");
}

char *
record_meta(const char *person, const char *host, const char *line)
{
	AUTO_BUF struct buf out;

	buf_init(&out, REC_META_MOST);
	(void)buf_add_text(&out, "{\"person\":");
	add_json(&out, person);
	(void)buf_add_text(&out, ",\"host\":");
	add_json(&out, host);
	(void)buf_add_text(&out, ",\"command\":");
	add_json(&out, line);
	(void)buf_add_text(&out, "}");
	return buf_text(&out);
}

/* Public keys from -r, checked; separated by commas. */
static int
take_recipients(struct cli *cli, struct job *job, const char *given)
{
	struct age_recipient key;
	size_t count = 0;
	char *rest = own_dup(given), *word;

	job->recipient_room = rest;
	while ((word = strsep(&rest, ",")) != NULL) {
		if (count == RECIPIENTS_MOST)
			return cli_fail(cli, STATUS_USAGE, "more than %d keys", RECIPIENTS_MOST);
		if (age_recipient_parse(word, &key) < 0)
			return cli_fail(cli, STATUS_KEY, "'%s' is not a public key of age (age1...)", word);
		job->recipients[count++] = word;
	}
	return count > 0 ? STATUS_OK : cli_fail(cli, STATUS_USAGE, "-r needs a public key (age1...)");
}

/* -r several times, each with one key or several. */
static int
take_all_recipients(struct cli *cli, struct job *job)
{
	AUTO_BUF struct buf all = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	const char *given;

	for (int n = 0; (given = cli_nth(cli, "recipient", n)) != NULL; n++)
		if (buf_add_text(&all, n > 0 ? "," : "") < 0 || buf_add_text(&all, given) < 0)
			return cli_fail(cli, STATUS_USAGE, "there are too many recipients");
	text = buf_text(&all);
	return take_recipients(cli, job, text);
}

/* The public half of the person's own identity. */
static int
own_recipient(struct cli *cli, struct job *job)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	AUTO_FREE char *path = NULL;
	const char *home = getenv("HOME");
	struct age_recipient key;
	bool is_locked = false;
	int r;

	path = place_path(home != NULL ? home : "", ".config/postern", "identity");
	r = age_ring_add_file(ring, path, NULL, &is_locked);
	if (r == -ENOENT)
		return cli_fail(cli, STATUS_KEY, "there is no key to seal the recording to. Give a public key with -r, or make a key of "
		    "your own: mkdir -p ~/.config/postern && age-keygen -o ~/.config/postern/identity");
	if (r < 0 && is_locked)
		return cli_fail(cli, STATUS_KEY, "%s is under a passphrase; give its public key with -r (age1...)", path);
	if (r < 0)
		return cli_fail(cli, STATUS_KEY, "%s: %s", path, err_text(r));
	age_identity_recipient(ring->identity[0], &key);
	job->recipient_room = own_alloc(AGE_TEXT);
	job->recipients[0] = age_recipient_text(&key, job->recipient_room);
	return STATUS_OK;
}

/* An empty file of our own, 0600; -EEXIST if there is something in it and it must not be lost. */
static int
open_empty(const char *path, bool may_erase)
{
	AUTO_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > 0 && !may_erase)
		return -EEXIST;
	if (fchmod(fd, 0600) < 0 || (st.st_size > 0 && ftruncate(fd, 0) < 0))
		return -errno;
	return TAKE(fd, -1);
}

static int
open_file(struct cli *cli, const char *path, int *fd)
{
	*fd = open_empty(path, cli_has(cli, "force"));
	if (*fd >= 0)
		return STATUS_OK;
	if (*fd == -EEXIST)
		return cli_fail(cli, STATUS_FAILED, "%s exists already; choose another name, or --force to write over it", path);
	if (*fd == -EINVAL)
		return cli_fail(cli, STATUS_FAILED, "%s is not an ordinary file", path);
	return cli_fail(cli, STATUS_FAILED, "%s: %s", path, err_text(*fd));
}

/* "postern-20261120-140240.rec" */
static char *
name_by_time(void)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	strftime(text, sizeof text, "postern-%Y%m%d-%H%M%S.rec", localtime_r(&now, &tm));
	return own_dup(text);
}

static int
open_files(struct cli *cli, struct job *job)
{
	int r;

	job->path = cli_get(cli, "output");
	if (job->path == NULL)
		job->path = job->path_room = name_by_time();
	if (asprintf(&job->tail_path, "%s.tail", job->path) < 0) {
		job->tail_path = NULL;
		return cli_fail(cli, STATUS_FAILED, "out of memory");
	}
	r = open_file(cli, job->path, &job->record.rec);
	if (r == STATUS_OK)
		r = open_file(cli, job->tail_path, &job->record.tail);
	if (r == STATUS_OK)
		(void)flock(job->record.tail, LOCK_EX | LOCK_NB);	/* tells readers that the recording is running */
	return r;
}

static void
choose_command(struct cli *cli, struct job *job)
{
	static char fallback[] = "/bin/sh";
	char *shell = getenv("SHELL");

	job->command[0] = shell != NULL && shell[0] != '\0' ? shell : fallback;
	job->record.command = cli->word_count > 0 ? cli->words : job->command;
}

/* The tail is empty once the recording is closed; a tail that is not belongs to the recording. */
static void
remove_tail(const struct job *job)
{
	struct stat st;

	if (fstat(job->record.tail, &st) == 0 && st.st_size == 0)
		unlink(job->tail_path);
}

static int
finish(struct cli *cli, const struct job *job, const struct relay_result *result)
{
	bool is_plain = result->end == RELAY_ENDED && result->why != NULL && strcmp(result->why, "exited") == 0;
	struct stat st;

	remove_tail(job);
	if (!is_plain && result->text[0] != '\0')
		fprintf(stderr, "%s\n", result->text);
	if (fstat(job->record.rec, &st) < 0 || st.st_size == 0)
		unlink(job->path);
	else if (!cli_has(cli, "quiet"))
		fprintf(stderr, "Recorded in %s.\n", job->path);
	return result->status;
}

int
cmd_record(struct cli *cli)
{
	__attribute__((cleanup(job_done))) struct job job = { .record = { .rec = -1, .tail = -1, .rules = -1 } };
	AUTO_RELAY_RESULT struct relay_result result = { 0 };
	int r;

	choose_command(cli, &job);
	r = record_mask(cli, &job.record);
	if (r == STATUS_OK)
		r = cli_has(cli, "recipient") ? take_all_recipients(cli, &job) : own_recipient(cli, &job);
	if (r == STATUS_OK)
		r = open_files(cli, &job);
	if (r != STATUS_OK)
		return r;
	job.record.recipients = job.recipients;
	job.record.id = id_new();
	r = record_run(&job.record, &result);
	if (r < 0) {
		remove_tail(&job);
		return cli_fail(cli, STATUS_FAILED, "%s", err_text(r));
	}
	return finish(cli, &job, &result);
}
