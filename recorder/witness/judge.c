/* SPDX-License-Identifier: ISC */
/* What a witness cosigns, and what it refuses. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/notefile.h"
#include "recorder/witness/judge.h"

#define LOGS_MOST	(1u << 20)

/* One question. */
struct trial {
	struct judge		*judge;
	struct witness_question	 question;
	struct note		 note;
	struct checkpoint	 head;
	struct tree_head	 seen;	/* size 0: nothing yet */
	char			*path;	/* of the log's newest head */
	struct buf		*out;
};

void
judge_done(struct judge *judge)
{
	secret_free(judge->secret);
	own_close(&judge->lock);
}

int
judge_open(const char *dir, const char *name, struct judge *judge)
{
	AUTO_FREE char *path = place_path(dir, "witness.key", NULL), *public = place_path(dir, "witness.pub", NULL), *heads = place_path(dir, "heads", NULL);
	char vkey[NOTE_VKEY + 1];
	int r;

	*judge = (struct judge){ .dir = dir, .secret = secret_new(NOTE_SECRET), .lock = -1 };
	if (name != NULL && mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	r = notefile_read(path, &judge->key, judge->secret);
	if (r == -ENOENT && name != NULL)
		r = notefile_make(path, public, name, &judge->key, judge->secret);
	if (r == 0)
		r = note_key_make(judge->key.name, NOTE_COSIGNATURE, judge->key.public, &judge->cosign);
	if (r == 0 && mkdir(heads, 0700) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0 && name != NULL) {	/* what others know it by is the key that cosigns */
		note_key_print(&judge->cosign, vkey);
		strncat(vkey, "\n", 2);
		r = fdio_replace(public, 0644, vkey, strlen(vkey));
	}
	judge->lock = r == 0 ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return r == 0 && judge->lock < 0 ? -errno : r;
}

static int
read_logs(const struct judge *judge, char **text)
{
	AUTO_FREE char *path = place_path(judge->dir, "logs", NULL);
	int r = fdio_slurp_path(path, LOGS_MOST, text, NULL);

	if (r == -ENOENT)
		*text = own_dup("");
	return r == -ENOENT ? 0 : r;
}

int
judge_add_log(struct judge *judge, const char *vkey)
{
	AUTO_FREE char *path = place_path(judge->dir, "logs", NULL), *text = NULL, *longer = NULL;
	struct note_key key;
	int r = note_key_parse(vkey, &key);

	if (r == 0)
		r = read_logs(judge, &text);
	if (r < 0 || strstr(text, vkey) != NULL)
		return r;
	if (asprintf(&longer, "%s%s\n", text, vkey) < 0) {
		longer = NULL;
		return -ENOMEM;
	}
	return fdio_replace(path, 0600, longer, strlen(longer));
}

/* ---- one question ---- */

static int __attribute__((format(printf, 3, 4)))
refuse(struct trial *of, int status, const char *format, ...)
{
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	(void)buf_addf(of->out, "%s\n", text);
	return status;
}

/* Somebody who looks into what happened needs it: the log has signed it. */
static int
keep_refused(struct trial *of)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s.refused", of->path) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return fdio_replace(path, 0600, of->question.note, of->question.note_bytes);
}

/* WITNESS_COSIGNED if a known key has signed it. */
static int
check_signer(struct trial *of)
{
	AUTO_FREE char *logs = NULL;
	bool is_known = false;
	char *save = NULL;
	int r = read_logs(of->judge, &logs);

	if (r < 0)
		return r;
	for (char *line = strtok_r(logs, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		struct note_key key;

		if (note_key_parse(line, &key) < 0 || strcmp(key.name, of->head.origin) != 0)
			continue;
		is_known = true;
		if (note_verify(&of->note, &key, NULL) == 0)
			return WITNESS_COSIGNED;
	}
	if (!is_known)
		return refuse(of, WITNESS_UNKNOWN, "this witness does not know the log %s", of->head.origin);
	return refuse(of, WITNESS_NOT_SIGNED, "the head is not signed by the key of %s", of->head.origin);
}

/* What was cosigned last; its signature is ours, so whoever could change the file could change the key. */
static int
read_seen(struct trial *of)
{
	AUTO_FREE char *text = NULL;
	uint8_t sha256[SECRET_SHA256];
	struct checkpoint seen;
	struct note note;
	char hex[33];
	size_t count;
	int r;

	secret_sha256(of->head.origin, strlen(of->head.origin), sha256);
	of->path = place_path(of->judge->dir, "heads", id_hex(sha256, 16, hex));
	r = fdio_slurp_path(of->path, NOTE_MOST, &text, &count);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = note_parse(text, count, &note);
	if (r == 0)
		r = note_verify(&note, &of->judge->cosign, NULL);
	if (r == 0)
		r = checkpoint_parse(note.text, note.text_bytes, &seen);
	if (r == 0)
		of->seen = seen.head;
	return r;
}

static int
check_growth(struct trial *of)
{
	const struct tree_head *head = &of->head.head, *seen = &of->seen;
	const struct witness_question *question = &of->question;

	if (question->old > head->size)
		return refuse(of, WITNESS_BAD, "the old size is larger than the new one");
	if (question->old != seen->size)
		return refuse(of, WITNESS_CONFLICT, "%" PRIu64, seen->size);
	if (question->old == head->size && head->size > 0 && memcmp(seen->root, head->root, TREE_HASH) != 0) {
		(void)keep_refused(of);
		return refuse(of, WITNESS_CONFLICT, "%" PRIu64, seen->size);
	}
	if ((seen->size == 0 || seen->size == head->size) && question->proof.count > 0)
		return refuse(of, WITNESS_NO_PROOF, "a proof from nothing, or to the same, is empty");
	if (seen->size > 0 && !tree_check_growth(seen, head, &question->proof)) {
		(void)keep_refused(of);
		return refuse(of, WITNESS_NO_PROOF, "this log of %" PRIu64 " entries does not go on from the one of %" PRIu64 " entries that was cosigned: it was written anew",
		    head->size, seen->size);
	}
	return WITNESS_COSIGNED;
}

/* On the disk before anybody hears of it. */
static int
cosign(struct trial *of)
{
	AUTO_BUF struct buf note = { .max = NOTE_MOST };
	char text[CHECKPOINT_TEXT + 1];
	size_t before = buf_len(of->out);
	int r;

	if (of->note.text_bytes >= sizeof text)
		return refuse(of, WITNESS_BAD, "the head is longer than those of logs that this witness knows");
	memcpy(text, of->note.text, of->note.text_bytes);
	text[of->note.text_bytes] = '\0';
	r = note_sign(&of->judge->cosign, of->judge->secret, text, clock_wall_us() / CLOCK_US, of->out);
	if (r == 0)
		r = buf_add(&note, of->question.note, of->question.note_bytes);
	if (r == 0)
		r = buf_add(&note, buf_data(of->out) + before, buf_len(of->out) - before);
	if (r == 0)
		r = fdio_replace(of->path, 0600, buf_data(&note), buf_len(&note));
	return r < 0 ? r : WITNESS_COSIGNED;
}

static int
decide(struct trial *of, const void *bytes, size_t count)
{
	int r;

	if (witness_parse(bytes, count, &of->question) < 0 || note_parse(of->question.note, of->question.note_bytes, &of->note) < 0 ||
	    checkpoint_parse(of->note.text, of->note.text_bytes, &of->head) < 0)
		return refuse(of, WITNESS_BAD, "this is no question of a log: old size, proof, empty line, signed head");
	r = check_signer(of);
	if (r != WITNESS_COSIGNED)
		return r;
	r = read_seen(of);
	if (r < 0)
		return r;
	r = check_growth(of);
	return r != WITNESS_COSIGNED ? r : cosign(of);
}

int
judge_question(struct judge *judge, const void *bytes, size_t count, struct buf *out)
{
	struct trial of = { .judge = judge, .out = out };
	int r;

	if (flock(judge->lock, LOCK_EX) < 0)
		return -errno;
	r = decide(&of, bytes, count);
	flock(judge->lock, LOCK_UN);
	own_free(&of.path);
	return r;
}

int
judge_heads(const struct judge *judge, struct buf *out)
{
	AUTO_FREE char *logs = NULL;
	char *save = NULL;
	int r = read_logs(judge, &logs);

	if (r < 0)
		return r;
	for (char *line = strtok_r(logs, "\n", &save); r == 0 && line != NULL; line = strtok_r(NULL, "\n", &save)) {
		AUTO_FREE char *path = NULL, *text = NULL;
		uint8_t sha256[SECRET_SHA256];
		char hex[33];

		line[strcspn(line, "+")] = '\0';
		secret_sha256(line, strlen(line), sha256);
		path = place_path(judge->dir, "heads", id_hex(sha256, 16, hex));
		if (fdio_slurp_path(path, NOTE_MOST, &text, NULL) == 0)
			r = buf_add_text(out, text);
	}
	return r;
}
