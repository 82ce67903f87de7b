/* SPDX-License-Identifier: ISC */
/* Signing the log's heads: the stable key, the epochs, and what happens between them. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/notefile.h"
#include "lib/store/head.h"
#include "recorder/gate/signer.h"

#define SEED		32
#define RECORD		64
#define NOTE_ROOM	4096

static const uint8_t magic[4] = "EP01";

/* In secret memory. */
struct epoch {
	uint32_t	number;		/* 0: none */
	uint8_t		seed[SEED];
	uint8_t		secret[NOTE_SECRET];
	uint8_t		public[NOTE_PUBLIC];
};

struct secrets {
	uint8_t		stable[NOTE_SECRET];
	struct epoch	epochs[2];	/* number N at place N % 2: the one in force, and for a moment its neighbour */
	uint8_t		record[RECORD];
};

struct signer {
	struct note_key	 key, clock;	/* clock: the same key as its own witness, which dates each head */
	struct secrets	*secrets;
	struct epoch	*now;		/* in force, one of secrets->epochs; NULL: none was begun */
	int		 epochs;	/* file */
	uint64_t	 handed_over;	/* size of the last head that ended an epoch: signed by its key, which is gone */
	int64_t		 began_us;
};

void
signer_close(struct signer *signer)
{
	if (signer == NULL)
		return;
	if (signer->epochs >= 0)
		close(signer->epochs);
	secret_free(signer->secrets);
	free(signer);
}

static void
signer_close_at(struct signer **signer)
{
	signer_close(*signer);
}

/* ---- the stable key ---- */

/* The same key as its own witness. */
static int
use_key(struct signer *signer)
{
	return note_key_make(signer->key.name, NOTE_COSIGNATURE, signer->key.public, &signer->clock);
}

/* A key that lies in no file; its public half does. */
static int
take_key(struct signer *signer, int given, const char *public)
{
	char line[NOTE_VKEY + 1];
	int r = notefile_take(given, &signer->key, signer->secrets->stable);

	if (r < 0 || access(public, F_OK) == 0)
		return r;
	note_key_print(&signer->key, line);
	strncat(line, "\n", 2);
	return fdio_replace(public, 0644, line, strlen(line));
}

int
signer_open(const char *dir, const char *name, int given, struct store *store, struct signer **signer)
{
	AUTO_FREE char *path = place_path(dir, "log.key", NULL), *public = place_path(dir, "log.pub", NULL), *epochs = place_path(dir, "epochs", NULL);
	struct signer *made AUTO(signer_close_at) = own_alloc(sizeof *made);
	AUTO_HEAD struct head newest = { 0 };
	struct stat is;
	int r;

	made->secrets = secret_new(sizeof *made->secrets);
	made->epochs = open(epochs, O_RDWR | O_CREAT | O_DSYNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (made->epochs < 0 || fstat(made->epochs, &is) < 0)
		return -errno;
	if ((is.st_mode & 077) != 0)
		return ERR_KEY_OPEN;
	r = given >= 0 ? take_key(made, given, public) : notefile_read(path, &made->key, made->secrets->stable);
	if (r == -ENOENT && given < 0) {
		r = head_get(store, INT64_MAX, &newest);
		if (r == 0)
			return ERR_NOT_FOUND;
		r = r == ERR_NOT_FOUND ? notefile_make(path, public, name, &made->key, made->secrets->stable) : r;
	}
	if (r == 0)
		r = use_key(made);
	if (r == 0)
		*signer = TAKE(made, NULL);
	return r;
}

const struct note_key *
signer_key(const struct signer *signer)
{
	return &signer->key;
}

unsigned
signer_epoch(const struct signer *signer)
{
	return signer->now != NULL ? signer->now->number : 0;
}

/* ---- the file of epochs ---- */

static void
epoch_use(struct epoch *epoch, uint32_t number)
{
	epoch->number = number;
	crypto_sign_seed_keypair(epoch->public, epoch->secret, epoch->seed);
}

static void
record_sum(const uint8_t record[RECORD], uint8_t sum[16])
{
	uint8_t hash[SECRET_SHA256];

	secret_sha256(record, 48, hash);
	memcpy(sum, hash, 16);
}

static int
epoch_write(struct signer *signer, const struct epoch *epoch)
{
	uint8_t *record = signer->secrets->record;
	uint32_t number = htobe32(epoch->number);
	int r;

	memset(record, 0, RECORD);
	memcpy(record, magic, sizeof magic);
	memcpy(record + 4, &number, sizeof number);
	memcpy(record + 16, epoch->seed, SEED);
	record_sum(record, record + 48);
	r = fdio_pwrite(signer->epochs, record, RECORD, (epoch - signer->secrets->epochs) * RECORD);
	sodium_memzero(record, RECORD);
	return r;
}

/* Zeroes it in place, here and on the disk; what is read back must be zero. */
static int
epoch_erase(struct signer *signer, struct epoch *epoch)
{
	uint8_t *record = signer->secrets->record;
	off_t at = (epoch - signer->secrets->epochs) * RECORD;
	int r;

	memset(record, 0, RECORD);
	r = fdio_pwrite(signer->epochs, record, RECORD, at);
	if (r == 0 && (fdatasync(signer->epochs) < 0 || fdio_pread(signer->epochs, record, RECORD, at) != RECORD))
		r = -EIO;
	if (r == 0 && !sodium_is_zero(record, RECORD))
		r = -EIO;
	if (r == 0)
		sodium_memzero(epoch, sizeof *epoch);
	return r;
}

/* What stands at the place; number 0 if that is nothing, or damaged. */
static void
epoch_read(struct signer *signer, struct epoch *epoch)
{
	uint8_t *record = signer->secrets->record, sum[16];
	ptrdiff_t place = epoch - signer->secrets->epochs;
	uint32_t number;

	sodium_memzero(epoch, sizeof *epoch);
	if (fdio_pread(signer->epochs, record, RECORD, place * RECORD) != RECORD)
		return;
	record_sum(record, sum);
	memcpy(&number, record + 4, sizeof number);
	number = be32toh(number);
	if (memcmp(record, magic, sizeof magic) == 0 && memcmp(sum, record + 48, sizeof sum) == 0 && number > 0 && number % 2 == place) {
		memcpy(epoch->seed, record + 16, SEED);
		epoch_use(epoch, number);
	}
	sodium_memzero(record, RECORD);
}

/* ---- heads ---- */

/* The epoch's signature is missing where none is in force. */
static int
add_signatures(struct signer *signer, const char *text, int64_t now_us, struct buf *note)
{
	char name[NOTE_NAME + 16];
	struct note_key key;
	int r;

	r = note_sign(&signer->key, signer->secrets->stable, text, 0, note);
	if (r == 0)
		r = note_sign(&signer->clock, signer->secrets->stable, text, now_us / 1000000, note);
	if (r < 0 || signer->now == NULL)
		return r;
	snprintf(name, sizeof name, "%s/e%u", signer->key.name, signer->now->number);
	r = note_key_make(name, NOTE_ED25519, signer->now->public, &key);
	return r < 0 ? r : note_sign(&key, signer->now->secret, text, 0, note);
}

static int
sign(struct signer *signer, struct store *store, const struct tree_head *head, int64_t now_us)
{
	AUTO_BUF struct buf note = { .max = NOTE_ROOM };
	AUTO_HEAD struct head made = { .size = (int64_t)head->size, .time_us = now_us };
	struct checkpoint checkpoint = { .head = *head };
	char text[CHECKPOINT_TEXT];
	int r;

	memcpy(checkpoint.origin, signer->key.name, sizeof checkpoint.origin);
	r = checkpoint_print(&checkpoint, text);
	if (r == 0)
		r = buf_addf(&note, "%s\n", text);
	if (r == 0)
		r = add_signatures(signer, text, now_us, &note);
	if (r < 0)
		return r;
	made.note = buf_text(&note);
	return head_put(store, &made);
}

/* The entry that names an epoch. */
struct named {
	int64_t		seq;
	uint32_t	number;
	uint8_t		public[NOTE_PUBLIC];
};

static int
keep_named(void *ctx, const struct event *event)
{
	struct named *named = ctx;

	named->seq = event->seq;
	named->number = head_epoch_number(event);
	memcpy(named->public, event->entry + EVENT_FACT_AT, NOTE_PUBLIC);
	return event->is_fact ? 1 : ERR_STORE_DAMAGED;
}

/* 1 if the log names an epoch at all. */
static int
newest_named(struct store *store, struct named *named)
{
	struct event_filter filter = { .type = HEAD_EPOCH_TYPE, .limit = 1, .newest_first = true };

	*named = (struct named){ .seq = -1 };
	return event_list(store, &filter, keep_named, named);
}

/* The head that ends with entry `seq`, which names an epoch, by the key in force. */
static int
sign_handing(struct signer *signer, struct store *store, int64_t seq, int64_t now_us)
{
	struct tree_source source = head_source(store);
	struct tree_head head = { .size = (uint64_t)seq + 1 };
	struct tree tree;
	int r = tree_at(&source, head.size, &tree);

	if (r < 0)
		return r;
	tree_root(&tree, head.root);
	return sign(signer, store, &head, now_us);
}

/* That head is on the disk: the key that has signed it goes. */
static int
take_over(struct signer *signer, struct epoch *next, int64_t seq)
{
	int r = signer->now != NULL ? epoch_erase(signer, signer->now) : 0;

	if (r < 0)
		return r;
	signer->now = next;
	signer->handed_over = (uint64_t)seq + 1;
	return 0;
}

/*
 * After a start: which of the two records is the epoch that the log names? Its neighbour is either the one before, whose
 * last head may be missing, or one that the log has never heard of.
 */
static int
take_up(struct signer *signer, struct store *store, const struct named *named, int64_t now_us)
{
	struct epoch *epochs = signer->secrets->epochs, *found = &epochs[named->number % 2], *other = &epochs[(named->number + 1) % 2];
	int r;

	epoch_read(signer, &epochs[0]);
	epoch_read(signer, &epochs[1]);
	if (found->number != named->number || memcmp(found->public, named->public, NOTE_PUBLIC) != 0)
		return ERR_NOT_FOUND;
	if (other->number + 1 == found->number && other->number > 0) {
		signer->now = other;
		r = sign_handing(signer, store, named->seq, now_us);
		return r < 0 ? r : take_over(signer, found, named->seq);
	}
	signer->now = found;
	signer->handed_over = (uint64_t)named->seq + 1;
	return epoch_erase(signer, other);
}

/* The entry and the head that ends with it, both or neither: else a start after a crash could not tell who had to sign it. */
static int
append_epoch(struct signer *signer, struct store *store, const struct epoch *epoch, const struct signer_moment *at, int64_t *seq)
{
	AUTO_TXN struct txn txn = { 0 };
	struct event_new event = { .type = HEAD_EPOCH_TYPE, .time_us = at->now_us, .class = at->class, .number = EVENT_NO_NUMBER, .fact = epoch->public };
	int r = txn_begin(&txn, store);

	head_epoch_subject(epoch->number, &event.subject);
	if (r == 0)
		r = event_append(store, &event, seq);
	if (r == 0)
		r = sign_handing(signer, store, *seq, at->now_us);
	return r < 0 ? r : txn_commit(&txn);
}

int
signer_begin(struct signer *signer, struct store *store, const struct signer_moment *at, bool *is_broken)
{
	int64_t now_us = at->now_us;
	struct epoch *next;
	struct named named;
	int64_t seq;
	int r = newest_named(store, &named);

	*is_broken = false;
	if (r > 0 && signer_epoch(signer) != named.number)	/* a start, or a handing over that failed in the middle */
		r = take_up(signer, store, &named, now_us);
	*is_broken = r == ERR_NOT_FOUND;
	if (r < 0 && !*is_broken)
		return r;
	next = &signer->secrets->epochs[(named.number + 1) % 2];
	randombytes_buf(next->seed, SEED);
	epoch_use(next, named.number + 1);
	r = epoch_write(signer, next);
	if (r == 0)
		r = append_epoch(signer, store, next, at, &seq);
	if (r == 0)
		r = take_over(signer, next, seq);
	if (r < 0)
		return r;
	signer->began_us = now_us;
	return head_thin(store, seq + 1);
}

int
signer_seal(struct signer *signer, struct store *store, int64_t now_us)
{
	struct tree_head head;
	int r;

	if (signer->now == NULL)
		return 0;
	r = head_now(store, &head);
	return r < 0 ? r : sign(signer, store, &head, now_us);
}

/* What the newest head says of entries and time, wherever it was signed. */
static int
last_signed(struct store *store, uint64_t *size, int64_t *time_us)
{
	AUTO_HEAD struct head newest = { 0 };
	int r = head_get(store, INT64_MAX, &newest);

	*size = r == 0 ? (uint64_t)newest.size : UINT64_MAX;
	*time_us = newest.time_us;
	return r == ERR_NOT_FOUND ? 0 : r;
}

int
signer_tick(struct signer *signer, struct store *store, int64_t now_us)
{
	struct tree_head head;
	uint64_t size;
	int64_t time_us;
	int r = head_now(store, &head);

	if (r < 0 || signer->now == NULL)
		return r < 0 ? r : 1;
	r = last_signed(store, &size, &time_us);
	/* The head that ends an epoch stays as it is: its key is gone. */
	if (r == 0 && head.size != signer->handed_over && (head.size != size || now_us - time_us >= SIGNER_IDLE_US || now_us < time_us))
		r = sign(signer, store, &head, now_us);
	return r == 0 && (now_us - signer->began_us >= SIGNER_EPOCH_US || now_us < signer->began_us) ? 1 : r;
}
