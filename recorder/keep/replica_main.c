/* SPDX-License-Identifier: ISC */
/*
 * postern-replica: a second host's copies of a bastion's key slots. sshd starts it as the forced command of the bastion's key;
 * it takes copies, erases them when it is told to, and signs for that. It says, and is told, lines of ASCII:
 *
 *	postern-replica 1 LOG-VKEY		replica 1 VKEY
 *	put UNIT BASE64(record of 64 bytes)	kept UNIT
 *	erase UNIT ENVELOPE-HEX|- SIZE ROOT	erased UNIT BASE64(receipt)
 *	all (with --give alone)			slot UNIT BASE64, erased UNIT BASE64, ... end
 *	anything that does not work		error UNIT SENTENCE	(unit 0: and that is the end)
 *
 * Its folder has slots (lib/store/slots.h), receipts/UNIT (lib/proof/receipt.h), replica.key and replica.pub, log.pub.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/proof/notefile.h"
#include "lib/proof/receipt.h"
#include "lib/store/slots.h"
#include "recorder/keep/lines.h"

#define B64		sodium_base64_VARIANT_ORIGINAL
#define AHEAD		(1u << 20)	/* a number further behind the last one is a mistake, or somebody who wants to fill the disk */
#define RECEIPT64	sodium_base64_ENCODED_LEN(RECEIPT_MOST, B64)

struct replica {
	const char	*dir;
	bool		 gives;
	struct slots	 slots;
	struct note_key	 key, log;
	uint8_t		*secret;	/* of key, and behind it a record */
	uint8_t		*record;
	struct lines	 lines;
	int		 lock;
};

static int
fail(struct replica *replica, uint32_t unit, const char *sentence)
{
	return lines_put(&replica->lines, "error %" PRIu32 " %s", unit, sentence);
}

/* ---- the folder ---- */

static int
open_key(struct replica *replica, const char *name)
{
	AUTO_FREE char *path = place_path(replica->dir, "replica.key", NULL), *public = place_path(replica->dir, "replica.pub", NULL);
	int r = notefile_read(path, &replica->key, replica->secret);

	if (r == -ENOENT && name != NULL)
		r = notefile_make(path, public, name, &replica->key, replica->secret);
	return r;
}

static int
open_dir(struct replica *replica, const char *name)
{
	AUTO_FREE char *receipts = place_path(replica->dir, "receipts", NULL);
	int r;

	if (name != NULL && mkdir(replica->dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	r = open_key(replica, name);
	if (r < 0)
		return r;
	if (mkdir(receipts, 0700) < 0 && errno != EEXIST)
		return -errno;
	replica->lock = open(replica->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return replica->lock < 0 ? -errno : slots_open(&replica->slots, replica->dir, true, false);
}

/* One folder belongs to one log: numbers of slots mean nothing without it. */
static int
check_log(struct replica *replica)
{
	AUTO_FREE char *path = place_path(replica->dir, "log.pub", NULL), *known = NULL;
	char text[NOTE_VKEY + 1];
	int r = fdio_slurp_path(path, sizeof text, &known, NULL);

	note_key_print(&replica->log, text);
	if (r == -ENOENT) {
		strncat(text, "\n", 2);
		return fdio_replace(path, 0644, text, strlen(text));
	}
	if (r < 0)
		return r;
	known[strcspn(known, "\r\n")] = '\0';
	return strcmp(known, text) == 0 ? 0 : ERR_KEY_WRONG;
}

/* ---- receipts ---- */

static char *
receipt_path(const struct replica *replica, uint32_t unit)
{
	char name[16];

	snprintf(name, sizeof name, "%" PRIu32, unit);
	return place_path(replica->dir, "receipts", name);
}

static int
tell_receipt(struct replica *replica, uint32_t unit, const void *note, size_t count)
{
	char text[RECEIPT64];

	if (count > RECEIPT_MOST)
		return ERR_NOTE;
	sodium_bin2base64(text, sizeof text, note, count, B64);
	return lines_put(&replica->lines, "erased %" PRIu32 " %s", unit, text);
}

static int
tell_old_receipt(struct replica *replica, uint32_t unit)
{
	AUTO_FREE char *path = receipt_path(replica, unit), *note = NULL;
	size_t count;
	int r = fdio_slurp_path(path, RECEIPT_MOST, &note, &count);

	return r < 0 ? r : tell_receipt(replica, unit, note, count);
}

static int
make_receipt(struct replica *replica, const struct receipt *receipt)
{
	AUTO_FREE char *path = receipt_path(replica, receipt->slot);
	AUTO_BUF struct buf note = { .max = RECEIPT_MOST };
	int r = receipt_sign(receipt, &replica->key, replica->secret, &note);

	if (r == 0)
		r = fdio_replace(path, 0600, buf_data(&note), buf_len(&note));
	return r < 0 ? r : tell_receipt(replica, receipt->slot, buf_data(&note), buf_len(&note));
}

/* ---- orders ---- */

/* The number of a slot at the front of `text`; 0 if there is none that can be. */
static uint32_t
take_unit(struct replica *replica, char **text)
{
	char *end;
	unsigned long unit;
	uint32_t count = 0;

	errno = 0;
	unit = strtoul(*text, &end, 10);
	if (end == *text || errno != 0 || (*end != ' ' && *end != '\0') || slots_count(&replica->slots, &count) < 0 || unit > (unsigned long)count + AHEAD)
		return 0;
	*text = *end == ' ' ? end + 1 : end;
	return (uint32_t)unit;
}

static int
put(struct replica *replica, char *text)
{
	uint32_t unit = take_unit(replica, &text), named;
	size_t count;
	int r = ERR_SLOT_DAMAGED;

	if (unit != 0 && sodium_base642bin(replica->record, SLOTS_RECORD, text, strlen(text), NULL, &count, NULL, B64) == 0 && count == SLOTS_RECORD) {
		memcpy(&named, replica->record, sizeof named);
		r = named == htobe32(unit) ? slots_put(&replica->slots, replica->record) : ERR_SLOT_DAMAGED;
	}
	sodium_memzero(replica->record, SLOTS_RECORD);
	return r < 0 ? fail(replica, unit, err_text(r)) : lines_put(&replica->lines, "kept %" PRIu32, unit);
}

/* ENVELOPE SIZE ROOT. */
static int
read_order(const char *text, struct receipt *receipt)
{
	char envelope[65], root[49];
	size_t bytes;

	if (sscanf(text, "%64s %" SCNu64 " %48s", envelope, &receipt->head.size, root) != 3)
		return ERR_MSG_SHORT;
	receipt->has_envelope = strcmp(envelope, "-") != 0;
	if (receipt->has_envelope && (sodium_hex2bin(receipt->envelope, sizeof receipt->envelope, envelope, strlen(envelope), NULL, &bytes, NULL) != 0 ||
	    bytes != sizeof receipt->envelope))
		return ERR_MSG_UNKNOWN;
	if (sodium_base642bin(receipt->head.root, TREE_HASH, root, strlen(root), NULL, &bytes, NULL, B64) != 0 || bytes != TREE_HASH)
		return ERR_MSG_UNKNOWN;
	return 0;
}

static int
erase_slot(struct replica *replica, struct receipt *receipt)
{
	struct slot slot = { .state = SLOT_LIVE };	/* a damaged record may hold a key */
	int r;

	(void)slots_get(&replica->slots, receipt->slot, &slot);
	if (slot.state == SLOT_ERASED) {
		r = tell_old_receipt(replica, receipt->slot);
		if (r != -ENOENT)
			return r;	/* else the power failed between the two */
	}
	receipt->had_copy = slot.state != SLOT_FREE;
	r = slots_shred(&replica->slots, receipt->slot);
	return r < 0 ? r : make_receipt(replica, receipt);
}

static int
erase(struct replica *replica, char *text)
{
	struct receipt receipt = { .slot = take_unit(replica, &text), .time_s = clock_wall_us() / CLOCK_US };
	int r = receipt.slot != 0 ? read_order(text, &receipt) : ERR_SLOT_DAMAGED;

	snprintf(receipt.log, sizeof receipt.log, "%s", replica->log.name);
	if (r == 0)
		r = erase_slot(replica, &receipt);
	return r < 0 ? fail(replica, receipt.slot, err_text(r)) : 0;
}

static int
give_one(struct replica *replica, uint32_t unit)
{
	char *text = (char *)replica->record + SLOTS_RECORD;
	int r = slots_copy(&replica->slots, unit, replica->record);

	if (r == ERR_SLOT_GONE)
		r = tell_old_receipt(replica, unit);
	else if (r == 0) {
		sodium_bin2base64(text, sodium_base64_ENCODED_LEN(SLOTS_RECORD, B64), replica->record, SLOTS_RECORD, B64);
		r = lines_put(&replica->lines, "slot %" PRIu32 " %s", unit, text);
	} else {
		struct slot slot;

		r = slots_get(&replica->slots, unit, &slot) == 0 && slot.state == SLOT_FREE ? 0 : fail(replica, unit, err_text(r));
	}
	sodium_memzero(replica->record, SLOTS_RECORD);
	return r;
}

static int
give_all(struct replica *replica)
{
	uint32_t count;
	int r;

	if (!replica->gives)
		return fail(replica, 0, "this key may give and erase copies, and not take them back (--give)");
	r = slots_count(&replica->slots, &count);
	for (uint32_t unit = 1; r == 0 && unit < count; unit++)
		r = give_one(replica, unit);
	return r < 0 ? fail(replica, 0, err_text(r)) : lines_put(&replica->lines, "end");
}

static int
obey(struct replica *replica, char *line)
{
	int r;

	if (flock(replica->lock, LOCK_EX) < 0)
		return -errno;
	if (strncmp(line, "put ", 4) == 0)
		r = put(replica, line + 4);
	else if (strncmp(line, "erase ", 6) == 0)
		r = erase(replica, line + 6);
	else if (strcmp(line, "all") == 0)
		r = give_all(replica);
	else
		r = fail(replica, 0, "there is no such order");
	flock(replica->lock, LOCK_UN);
	return r;
}

#define HELLO	"postern-replica 1 "

static int
serve(struct replica *replica)
{
	char public[NOTE_VKEY], *line;
	int r = lines_get(&replica->lines, &line);

	if (r <= 0)
		return r;
	r = strncmp(line, HELLO, sizeof HELLO - 1) == 0 ? note_key_parse(line + sizeof HELLO - 1, &replica->log) : ERR_MSG_VERSION;
	if (r == 0)
		r = check_log(replica);
	if (r < 0) {
		(void)fail(replica, 0, r == ERR_KEY_WRONG ? "these are the copies of another log" : err_text(r));
		return r;
	}
	note_key_print(&replica->key, public);
	r = lines_put(&replica->lines, "replica 1 %s", public);
	while (r == 0 && (r = lines_get(&replica->lines, &line)) > 0)
		r = obey(replica, line);
	return r;
}

/* ---- the program ---- */

static int
init(const struct cli *cli, struct replica *replica)
{
	const char *given = cli_get(cli, "name");
	char host[200] = "localhost", name[NOTE_NAME], public[NOTE_VKEY];
	int r;

	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "%s/slots", host);
	r = open_dir(replica, given != NULL ? given : name);
	if (r < 0)
		return cli_fail(cli, cli_status(r), "%s: %s", replica->dir, err_text(r));
	note_key_print(&replica->key, public);
	printf("%s\n", public);
	return STATUS_OK;
}

static int
run(const struct cli *cli, struct replica *replica)
{
	const char *made = cli_get(cli, "init"), *served = cli_get(cli, "serve");
	int r;

	if ((made == NULL) == (served == NULL) || strcmp(cli->words[0], "replica") != 0)
		return cli_fail(cli, STATUS_USAGE, "it is `retention replica --init DIR` or `retention replica --serve DIR`");
	replica->dir = made != NULL ? made : served;
	replica->gives = cli_has(cli, "give");
	if (made != NULL)
		return init(cli, replica);
	lines_init(&replica->lines, STDIN_FILENO, STDOUT_FILENO);
	r = open_dir(replica, NULL);
	if (r < 0)
		(void)fail(replica, 0, r == -ENOENT ? "there is no replica in its folder; make one with --init" : err_text(r));
	else
		r = serve(replica);
	lines_done(&replica->lines);
	return r < 0 ? cli_fail(cli, cli_status(r), "%s: %s", replica->dir, err_text(r)) : STATUS_OK;
}

static int
cmd_replica(struct cli *cli)
{
	struct replica replica = { .slots = { .fd = -1 }, .secret = secret_new(NOTE_SECRET), .record = secret_new(4 * SLOTS_RECORD), .lock = -1 };
	int status = run(cli, &replica);

	if (replica.slots.fd >= 0)
		slots_close(&replica.slots);
	own_close(&replica.lock);
	secret_free(replica.secret);
	secret_free(replica.record);
	return status;
}

/* clang-format off */
static const struct cli_option options[] = {
	{ 0, "init", "DIR", "make a replica there, and print its key" },
	{ 0, "serve", "DIR", "serve it on standard input and output: the forced command of the bastion's ssh key" },
	{ 0, "give", NULL, "also give copies back, for a restore; never for the bastion's own key" },
	{ 0, "name", "NAME", "of its key (default: HOST/slots)" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_verb verbs[] = {
	{ "retention", "replica", "Copies of a bastion's key slots on a second host", options, cmd_replica, 1, 1 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	secret_init();
	umask(077);
	return cli_main("postern", "A second host's copies of key slots.", verbs, argc, argv, NULL);
}
