/* SPDX-License-Identifier: ISC */
/* Heads of logs that were seen before. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/pin.h"

#define KEY_LINE	"key "	/* the file: this, the key, an empty line, the note */

void
pin_done(struct pin *pin)
{
	free(pin->path);
	*pin = (struct pin){ 0 };
}

/* Makes the folders of `path` that are missing. */
static int
make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* By the log's name, so that another key under the same name is noticed. */
static int
find_path(struct pin *pin)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	uint8_t sha256[SECRET_SHA256];
	char hex[33];

	secret_sha256(pin->key.name, strlen(pin->key.name), sha256);
	id_hex(sha256, 16, hex);
	if (state != NULL && state[0] == '/') {
		if (asprintf(&pin->path, "%s/postern/heads/%s", state, hex) < 0)
			return -ENOMEM;
	} else if (home != NULL && home[0] == '/') {
		if (asprintf(&pin->path, "%s/.local/state/postern/heads/%s", home, hex) < 0)
			return -ENOMEM;
	} else {
		return -ENOENT;
	}
	return make_folders(pin->path);
}

static int
read_file(struct pin *pin, char why[PIN_WHY])
{
	AUTO_FREE char *text = NULL;
	struct checkpoint checkpoint;
	struct note_key key;
	struct note note;
	char *body;
	size_t count;
	int r = fdio_slurp_path(pin->path, NOTE_MOST + NOTE_VKEY, &text, &count);

	if (r == -ENOENT)
		return 0;
	body = r == 0 ? strstr(text, "\n\n") : NULL;
	if (r == 0 && (body == NULL || strncmp(text, KEY_LINE, sizeof KEY_LINE - 1) != 0))
		r = ERR_NOTE;
	if (r == 0) {
		*body = '\0';
		body += 2;
		r = note_key_parse(text + sizeof KEY_LINE - 1, &key);
	}
	if (r == 0)
		r = note_parse(body, strlen(body), &note);
	if (r == 0)
		r = checkpoint_parse(note.text, note.text_bytes, &checkpoint);
	if (r < 0) {
		snprintf(why, PIN_WHY, "%s does not hold a head that was seen before: %s", pin->path, err_text(r));
		return r;
	}
	if (memcmp(key.public, pin->key.public, sizeof key.public) != 0) {
		snprintf(why, PIN_WHY, "the log %s has another key than before. If that was announced to you, remove %s; else somebody stands in between",
		    pin->key.name, pin->path);
		return ERR_KEY_WRONG;
	}
	pin->head = checkpoint.head;
	return 0;
}

int
pin_open(const char *log, struct pin *pin, char why[PIN_WHY])
{
	int r;

	*pin = (struct pin){ 0 };
	r = note_key_parse(log, &pin->key);
	if (r == 0)
		r = find_path(pin);
	if (r < 0) {
		snprintf(why, PIN_WHY, "the heads of logs that were seen cannot be kept: %s", err_text(r));
		return r;
	}
	return read_file(pin, why);
}

int
pin_check(const struct pin *pin, const struct buf *note_bytes, const struct buf *proof_bytes, struct checkpoint *checkpoint)
{
	struct tree_proof proof = { .count = buf_len(proof_bytes) / TREE_HASH };
	struct note note;
	int r = note_parse(buf_data(note_bytes), buf_len(note_bytes), &note);

	if (r == 0)
		r = note_verify(&note, &pin->key, NULL);
	if (r == 0)
		r = checkpoint_parse(note.text, note.text_bytes, checkpoint);
	if (r == 0 && strcmp(checkpoint->origin, pin->key.name) != 0)
		r = ERR_NOTE;
	if (r < 0)
		return r == ERR_NOT_FOUND ? ERR_SIGNATURE : r;
	if (proof.count > TREE_LEVELS + 1 || buf_len(proof_bytes) % TREE_HASH != 0)
		return ERR_PROOF;
	memcpy(proof.hash, buf_data(proof_bytes), buf_len(proof_bytes));
	return pin->head.size == 0 || tree_check_growth(&pin->head, &checkpoint->head, &proof) ? 0 : ERR_PROOF;
}

int
pin_advance(struct pin *pin, const struct buf *note_bytes, const struct buf *proof, char why[PIN_WHY])
{
	AUTO_BUF struct buf file = { .max = NOTE_MOST + NOTE_VKEY + 16 };
	struct checkpoint checkpoint;
	char key[NOTE_VKEY];
	int r = pin_check(pin, note_bytes, proof, &checkpoint);

	if (r == ERR_PROOF)
		snprintf(why, PIN_WHY, "the log %s is not the one that you have seen before: something in its first %llu entries was changed or is gone. "
		    "Nothing was decided; tell whoever audits this bastion", pin->key.name, (unsigned long long)pin->head.size);
	else if (r < 0)
		snprintf(why, PIN_WHY, "the log's head is not signed by %s: %s", pin->key.name, err_text(r));
	if (r < 0)
		return r;
	note_key_print(&pin->key, key);
	r = buf_addf(&file, KEY_LINE "%s\n\n", key);
	if (r == 0)
		r = buf_add(&file, buf_data(note_bytes), buf_len(note_bytes));
	if (r == 0)
		r = fdio_replace(pin->path, 0600, buf_data(&file), buf_len(&file));
	if (r < 0)
		snprintf(why, PIN_WHY, "%s cannot be written: %s", pin->path, err_text(r));
	pin->head = checkpoint.head;
	return r;
}
