/* SPDX-License-Identifier: ISC */
/*
 * A session that copies files: what goes through is neither masked nor stored, but what became of each file is in the
 * recording, and in the log as long as there is not too much of it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "lib/record/trail.h"
#include "recorder/worker/sftp.h"
#include "recorder/worker/worker.h"

#define SAY_US		(CLOCK_US / 2)		/* two a second, in the long run ... */
#define SAY_MOST_US	(200 * SAY_US)		/* ... and so many at once: each is an entry of the log, on the disk of all */
#define NAME_SHOWN	4096u			/* bytes of a name that are told: PATH_MAX, the kernel takes no more */
#define NAME_LOGGED	900u			/* of those in the log, where two have to fit into one entry: the beginning ... */
#define NAME_END	600u			/* ... and so much of the end, which is what counts behind "/./././" */

/* clang-format off */
static const enum trail_act acts[SFTP_ACTS] = {
	[SFTP_UPLOAD] = TRAIL_WRITE, [SFTP_DOWNLOAD] = TRAIL_READ, [SFTP_REMOVE] = TRAIL_REMOVE, [SFTP_RENAME] = TRAIL_RENAME,
	[SFTP_MAKE_DIR] = TRAIL_MAKE_DIR, [SFTP_REMOVE_DIR] = TRAIL_REMOVE_DIR, [SFTP_LINK] = TRAIL_LINK,
	[SFTP_SYMLINK] = TRAIL_SYMLINK, [SFTP_ATTRIBUTES] = TRAIL_ATTRIBUTE, [SFTP_COPY] = TRAIL_WRITE, [SFTP_LIST] = TRAIL_READ,
};
/* clang-format on */

/* A name as it may be told: clean, masked, not endless. The caller frees it. */
static char *
told(struct worker *w, const char *name)
{
	AUTO_FREE char *clean = text_clean(name, strnlen(name, NAME_SHOWN));

	return masking_text(w, clean);
}

/* "failed: renamed A to B, cut off"; names have at most so many bytes, without their middle if they are longer. The caller frees it. */
static char *
sentence(const struct sftp_news *news, const char *path, const char *other, size_t most)
{
	AUTO_BUF struct buf out = { .max = 4 * NAME_SHOWN };
	const char *const names[] = { path, other };

	(void)buf_addf(&out, "%s%s ", news->failed ? "failed: " : "", sftp_act_names[news->act]);
	for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
		size_t length = strlen(names[i]);

		(void)buf_add_text(&out, i > 0 ? " to " : "");
		if (length <= most)
			(void)buf_add_text(&out, names[i]);
		else
			(void)buf_addf(&out, "%.*s...%s", (int)(most - NAME_END), names[i], names[i] + length - NAME_END);
	}
	(void)buf_add_text(&out, news->cut ? ", cut off" : "");
	return buf_text(&out);
}

static void
put_file(struct worker *w, const struct sftp_news *news, const char *path, const char *other)
{
	AUTO_BUF struct buf out = { .max = REC_PAYLOAD + TRAIL_TEXT_MOST };
	const struct rec_file file = { .act = acts[news->act], .path = path, .other = other };
	struct rec_event event;

	if (!news->failed && rec_file_make(&file, &out, &event) == 0)
		tape_put(w, &event);
}

/* The log has room for so much; the recording has all of it. */
static void
say(struct worker *w, const struct worker_news *news)
{
	int64_t now = clock_boot_us();

	if (w->files.said_us < now)
		w->files.said_us = now;
	if (w->files.said_us - now >= SAY_MOST_US) {
		w->files.unsaid++;
		return;
	}
	w->files.said_us += SAY_US;
	gate_report(w, news);
}

static void
tell(void *user, const struct sftp_news *news)
{
	struct worker *w = user;
	AUTO_FREE char *path = told(w, news->path);
	AUTO_FREE char *other = news->other != NULL ? told(w, news->other) : NULL;
	AUTO_FREE char *words = sentence(news, path, other, NAME_SHOWN);
	AUTO_FREE char *brief = sentence(news, path, other, NAME_LOGGED);
	AUTO_FREE char *note = NULL;
	char hex[2 * SECRET_SHA256 + 1] = "not known: it came in pieces";
	bool moved = (news->act == SFTP_UPLOAD || news->act == SFTP_DOWNLOAD) && (!news->failed || news->bytes > 0);
	struct worker_news report = { .type = "file", .sha256 = news->sha256 };

	if (news->sha256 != NULL)
		id_hex(news->sha256, SECRET_SHA256, hex);
	if (asprintf(&note, moved ? "file: %s, %" PRIu64 " bytes, SHA-256 %s" : "file: %s", words, news->bytes, hex) < 0) {
		note = NULL;
		return;
	}
	put_file(w, news, path, other);
	tape_text(w, REC_NOTE, note);
	report.text = brief;
	report.a = (int64_t)news->bytes;
	report.b = moved;
	say(w, &report);
}

void
files_open(struct worker *w)
{
	w->files.sftp = w->start->files ? sftp_new(tell, w) : NULL;
}

void
files_done(struct worker_files *files)
{
	sftp_free(files->sftp);
	files->sftp = NULL;
}

bool
files_is_on(const struct worker *w)
{
	return w->files.sftp != NULL;
}

int
files_hear(struct worker *w, bool is_server, const uint8_t *bytes, size_t count)
{
	if (!w->files.is_broken && sftp_hear(w->files.sftp, is_server, bytes, count) < 0) {
		w->files.is_broken = true;
		end_begin(w, WHY_FILES, NULL, NULL);
	}
	w->tape.is_dirty = true;
	return w->files.is_broken ? ERR_MSG_REFUSED : 0;
}

void
files_end(struct worker *w)
{
	struct worker_news news = { .type = "files" };
	char text[120];

	if (w->files.sftp == NULL)
		return;
	tape_text(w, REC_STATE, "files: copied by SFTP; their names, sizes and SHA-256 are recorded, their content is not");
	sftp_end(w->files.sftp);
	snprintf(text, sizeof text, "%" PRIu64 " more acts on files are in the recording only", w->files.unsaid);
	news.text = text;
	if (w->files.unsaid > 0)
		gate_report(w, &news);
	w->files.unsaid = 0;
}
