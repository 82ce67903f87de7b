/* SPDX-License-Identifier: ISC */
/*
 * postern keygen auditor: an age identity, as age-keygen writes it, for machines where age is not installed. keygen log: the key that
 * signs the log, where posternd would make it, or in a file that becomes a credential. keygen slots: the key that wraps the key slots,
 * for a credential and on paper.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/proof/notefile.h"
#include "lib/record/agekey.h"
#include "lib/store/wrap.h"
#include "recorder/client/commands.h"
#include "recorder/policy/policy.h"

static int
write_key(int fd, char public[AGE_TEXT])
{
	AUTO_SECRET uint8_t *identity = secret_new(AGE_KEY);
	struct buf text = { .max = 1024 };
	struct age_recipient recipient;
	char secret[AGE_TEXT];
	char when[CLOCK_TEXT];
	int r;

	age_identity_new(identity);
	age_identity_recipient(identity, &recipient);
	age_recipient_text(&recipient, public);
	r = buf_addf(&text, "# created: %s\n# public key: %s\n%s\n", clock_utc(clock_wall_us(), when), public,
	    age_identity_text(identity, secret));
	sodium_memzero(secret, sizeof secret);
	if (r == 0)
		r = fdio_write(fd, buf_data(&text), buf_len(&text));
	buf_wipe(&text);
	return r;
}

/* ---- the log's key ----------------------------------------------------------------------------------------------- */

/* "FILE.pub". The caller frees it. */
static char *
public_of(const char *file)
{
	size_t size = strlen(file) + sizeof ".pub";
	char *path = own_alloc(size);

	snprintf(path, size, "%s.pub", file);
	return path;
}

/* As posternd names it: after the policy's host, or the machine. */
static void
log_name(const struct place *place, char name[NOTE_NAME])
{
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_BUF struct buf errors = { .max = 65536 };
	char host[200] = "";

	if (policy_load(place->etc, &policy, &errors) < 0 && gethostname(host, sizeof host - 1) < 0)
		snprintf(host, sizeof host, "localhost");
	snprintf(name, NOTE_NAME, "%s/postern", policy != NULL ? policy->host : host);
}

/* What stands in the way of a new key in the state directory; NULL: nothing. */
static const char *
log_stands(const struct place *place)
{
	static const char *const names[] = { "log.key", "log.pub", "catalogue.db" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = place_path(place->state, names[i], NULL);

		if (access(path, F_OK) == 0 || errno != ENOENT)
			return names[i];
	}
	return NULL;
}

/* They belong to whom the folder belongs to. */
static int
make_log_key(const char *key_path, const char *public_path, const char *name, const char *folder)
{
	AUTO_SECRET uint8_t *secret = secret_new(NOTE_SECRET);
	struct note_key key;
	struct stat st;
	int r = notefile_make(key_path, public_path, name, &key, secret);

	if (r < 0 || folder == NULL || geteuid() != 0)
		return r;
	if (stat(folder, &st) < 0 || chown(key_path, st.st_uid, st.st_gid) < 0 || chown(public_path, st.st_uid, st.st_gid) < 0)
		return -errno;
	return 0;
}

static int
keygen_log(struct cli *cli)
{
	const char *output = cli_get(cli, "output"), *root = cli_get(cli, "root");
	AUTO_PLACE struct place place = { 0 };
	AUTO_FREE char *key = NULL, *public = NULL;
	char name[NOTE_NAME];
	const char *stands;
	int r;

	place_init(&place, root != NULL ? root : getenv("POSTERN_ROOT"));
	key = output != NULL ? own_dup(output) : place_path(place.state, "log.key", NULL);
	public = output != NULL ? public_of(output) : place_path(place.state, "log.pub", NULL);
	stands = output == NULL ? log_stands(&place) : NULL;
	if (stands != NULL)
		return cli_fail(cli, STATUS_FAILED, "%s has a %s: a log's key is never written over, and a log that has begun keeps its own (posternd(8), KEYS)",
		    place.state, stands);
	if (output != NULL && (access(key, F_OK) == 0 || access(public, F_OK) == 0))
		return cli_fail(cli, STATUS_FAILED, "%s or %s is there; a key is never written over", key, public);
	log_name(&place, name);
	r = make_log_key(key, public, name, output == NULL ? place.state : NULL);
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "cannot make %s: %s", key, err_text(r));
	printf("%s signs the log of %s; %s is for those who check it. Keep a copy of the first offline.\n", key, name, public);
	return STATUS_OK;
}

/* ---- the keys of auditors and of the key slots ------------------------------------------------------------------- */

static int
write_slots_key(int fd, char public[AGE_TEXT])
{
	AUTO_SECRET struct wrap *wrap = secret_new(sizeof *wrap);
	AUTO_SECRET char *text = secret_new(WRAP_TEXT);
	char id[WRAP_ID_TEXT];

	wrap_new(wrap);
	wrap_text(wrap, text);
	snprintf(public, AGE_TEXT, "%s", wrap_id_text(wrap->id, id));
	return fdio_write(fd, text, strlen(text));
}

/* clang-format off */
static const struct kind {
	const char	*name;
	const char	*about;		/* of what is printed of it */
	int		(*write)(int fd, char public[AGE_TEXT]);
} kinds[] = {
	{ "auditor", "Public key", write_key },
	{ "slots", "Key of the key slots", write_slots_key },
};
/* clang-format on */

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

int
cmd_keygen(struct cli *cli)
{
	const char *path = cli_get(cli, "output");
	const struct kind *kind = find_kind(cli->words[0]);
	AUTO_FD int file = -1;
	char public[AGE_TEXT];
	int r;

	if (strcmp(cli->words[0], "log") == 0)
		return keygen_log(cli);
	if (kind == NULL)
		return cli_fail(cli, STATUS_USAGE, "it makes the key of an auditor, of the log, or of the key slots: keygen auditor, keygen log, keygen slots");
	if (path != NULL) {
		file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (file < 0)
			return cli_fail(cli, STATUS_FAILED, "cannot make %s: %s%s", path, strerror(errno),
			    errno == EEXIST ? "; a key is never written over" : "");
	}
	r = kind->write(path != NULL ? file : STDOUT_FILENO, public);
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "cannot write the key: %s", err_text(r));
	if (path != NULL || !isatty(STDOUT_FILENO))
		fprintf(stderr, "%s: %s\n", kind->about, public);
	return STATUS_OK;
}
