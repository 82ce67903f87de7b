/* SPDX-License-Identifier: ISC */
/* Whether the key slots are wrapped, what seals the key that wraps them, and what a thief of the disk can read. */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/event.h"
#include "lib/store/replica.h"
#include "lib/store/rewrap.h"
#include "lib/store/store.h"
#include "lib/store/unit.h"
#include "recorder/doctor/doctor.h"
#include "recorder/gate/gate_log.h"

#define LOG_CREDENTIAL	"postern.log.key"
#define HOST_SECRET	"/var/lib/systemd"	/* credential.secret lies there */
#define SEALED_MOST	65536
#define MANUAL		"posternd(8), WRAPPED SLOTS"
#define SEAL_TO_TPM	"systemd-creds encrypt --with-key=host+tpm2 --name=" WRAP_CREDENTIAL "    (" MANUAL ")"

enum { KIND_BYTES = 16 };

/* How a credential of systemd's begins, once it is base64 no more: src/shared/creds-util.h of systemd. */
/* clang-format off */
static const struct {
	uint8_t		kind[KIND_BYTES];
	enum sealed	sealed;
} kinds[] = {
	{ { 0x5a, 0x1c, 0x6a, 0x86, 0xdf, 0x9d, 0x40, 0x96, 0xb1, 0xd5, 0xa6, 0x5e, 0x08, 0x62, 0xf1, 0x9a }, SEALED_HOST },
	{ { 0x0c, 0x7c, 0xc0, 0x7b, 0x11, 0x76, 0x45, 0x91, 0x9c, 0x4b, 0x0b, 0xea, 0x08, 0xbc, 0x20, 0xfe }, SEALED_TPM },
	{ { 0xfa, 0xf7, 0xeb, 0x93, 0x41, 0xe3, 0x41, 0x2c, 0xa1, 0xa4, 0x36, 0xf9, 0x5a, 0x29, 0x36, 0x2f }, SEALED_TPM },
	{ { 0x93, 0xa8, 0x94, 0x09, 0x48, 0x74, 0x44, 0x90, 0x90, 0xca, 0xf2, 0xfc, 0x93, 0xca, 0xb5, 0x53 }, SEALED_TPM },
	{ { 0xaf, 0x49, 0x50, 0xa8, 0x49, 0x13, 0x4e, 0xb1, 0xa7, 0x38, 0x46, 0x30, 0x4f, 0xf3, 0x0c, 0x05 }, SEALED_TPM },
	{ { 0x05, 0x84, 0x69, 0xda, 0xf6, 0xf5, 0x43, 0x24, 0x80, 0x05, 0x49, 0xda, 0x0f, 0x8e, 0xa2, 0xfb }, SEALED_BY_NOTHING },
};
/* clang-format on */

/* ---- the credentials, as root sees them */

enum sealed
doctor_sealed_how(const char *path)
{
	AUTO_FREE char *text = NULL;
	uint8_t kind[KIND_BYTES + 2];
	size_t bytes;

	if (fdio_slurp_path(path, SEALED_MOST, &text, NULL) < 0 || strlen(text) < 24 ||
	    sodium_base642bin(kind, sizeof kind, text, 24, " \n", &bytes, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || bytes < KIND_BYTES)
		return SEALED_UNKNOWN;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (memcmp(kind, kinds[i].kind, KIND_BYTES) == 0)
			return kinds[i].sealed;
	return SEALED_UNKNOWN;
}

/* The unit may name any file; these are where the manual and systemd put it. */
static enum sealed
sealed_how(const struct place *place)
{
	AUTO_FREE char *ours = place_path(place->etc, "slots.key.cred", NULL);
	const char *const paths[] = { ours, "/etc/credstore.encrypted/" WRAP_CREDENTIAL, "/run/credstore.encrypted/" WRAP_CREDENTIAL };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (access(paths[i], F_OK) == 0)
			return doctor_sealed_how(paths[i]);
	return SEALED_UNKNOWN;
}

void
doctor_credentials(const struct place *place, struct key_look *keys)
{
	keys->is_open = doctor_is_open(place->state);
	keys->is_host_open = doctor_is_open(HOST_SECRET);
	if (place->root != NULL || geteuid() != 0)
		return;
	keys->is_seen = true;
	keys->has_log = access(WRAP_FOLDER "/" LOG_CREDENTIAL, F_OK) == 0;
	keys->has_slots = access(WRAP_FOLDER "/" WRAP_CREDENTIAL, F_OK) == 0;
	keys->has_old = access(WRAP_FOLDER "/" WRAP_CREDENTIAL_OLD, F_OK) == 0;
	keys->sealed = sealed_how(place);
}

/* ---- the slots, as their owner sees them */

struct wrap_view {
	struct doctor		*d;
	const struct state_look	*look;
	struct survey		 survey;
	bool			 can_sign;	/* the log's key lies beside them */
	int64_t			*days;		/* that live slots are of */
	size_t			 day_count;
	unsigned		 sessions;
	int64_t			 wrapped_us;	/* when slots were wrapped for the last time; 0: never */
	unsigned		 before;	/* live ones that were made before that */
};

static int
count_unit(void *ctx, const struct unit *unit)
{
	struct wrap_view *v = ctx;

	if (unit->slot != SLOT_LIVE)
		return 0;
	v->before += v->wrapped_us != 0 && unit->created_us < v->wrapped_us;
	if (unit->kind == UNIT_TEXTS)
		v->sessions++;
	if (unit->kind != UNIT_DAY && unit->kind != UNIT_WORDS)
		return 0;
	for (size_t i = 0; i < v->day_count; i++)
		if (v->days[i] == unit->day)
			return 0;
	v->days = own_grow(v->days, v->day_count + 1, sizeof *v->days);
	v->days[v->day_count++] = unit->day;
	return 0;
}

static int
keep_time(void *ctx, const struct event *event)
{
	((struct wrap_view *)ctx)->wrapped_us = event->time_us;
	return 1;
}

/* "reasons, ... of 3 days and 12 sessions": what live slots seal. */
static void
sealed_words(const struct wrap_view *v, char *words, size_t size)
{
	snprintf(words, size, "reasons, comments and log texts with command lines of %zu day%s and %u session%s", v->day_count, v->day_count == 1 ? "" : "s",
	    v->sessions, v->sessions == 1 ? "" : "s");
}

static void
say_clear(const struct wrap_view *v)
{
	char words[160], what[640], fix[512];

	if (!v->look->keys.is_open || v->survey.plain == 0)
		return;
	sealed_words(v, words, sizeof words);
	snprintf(what, sizeof what, "the key slots are wrapped by nothing and the disk does not look encrypted: a thief of this disk can read %s%s; not the recordings "
	    "without an auditor's key", words, v->can_sign ? ", and sign heads of the log" : "");
	snprintf(fix, sizeof fix, "postern keygen slots, sealed as a credential (" MANUAL "); or put %s on an encrypted file system: cryptsetup luksFormat",
	    v->look->place->state);
	doctor_advise(v->d, "keys", NULL, what, fix);
}

/* Where the key lies that the slots are wrapped under. */
static void
say_sealed(const struct wrap_view *v)
{
	const struct key_look *keys = &v->look->keys;

	if (!keys->is_seen || !keys->has_slots)
		return;
	if (keys->sealed == SEALED_BY_NOTHING)
		doctor_add(v->d, "keys", NULL, "the credential with the key of the key slots is sealed by nothing (tpm2-absent): a thief of the disk reads it", SEAL_TO_TPM);
	else if (keys->sealed == SEALED_HOST && keys->is_host_open)
		doctor_advise(v->d, "keys", NULL, "the key of the key slots is sealed by the secret in " HOST_SECRET ", on a disk that does not look encrypted: a thief "
		    "who takes that one too reads the same as if nothing were wrapped; one of a backup or of the state alone reads nothing", SEAL_TO_TPM);
	else if (keys->sealed == SEALED_UNKNOWN)
		doctor_skip(v->d, "what the credential with the key of the key slots is sealed by: it is not in /etc/postern/slots.key.cred");
}

static void
say_wrapped(const struct wrap_view *v)
{
	char words[160], what[800], id[WRAP_ID_TEXT];
	const char *by = v->look->keys.sealed == SEALED_TPM ? ", sealed by this machine's TPM" : "";

	sealed_words(v, words, sizeof words);
	snprintf(what, sizeof what, "the key slots are wrapped under the credential with the key %s%s: a thief of this disk reads nothing of the %s; names, roles, hosts and "
	    "times of requests and sessions stand in the catalogue in the clear, and the journal has sentences of the log%s", wrap_id_text(v->survey.other_id, id), by, words,
	    v->can_sign ? ", and he can sign heads of the log" : "");
	if (v->look->keys.is_open)
		doctor_advise(v->d, "keys", NULL, what, v->can_sign ? "make the log's key a credential too: posternd(8), KEYS" :
		    "nothing, unless these must be hidden too: an encrypted file system, cryptsetup luksFormat");
	say_sealed(v);
}

static void
say_mixed(const struct wrap_view *v)
{
	char what[256];

	snprintf(what, sizeof what, "%u key slots lie in the clear beside %u that are wrapped", v->survey.plain, v->survey.other);
	doctor_add(v->d, "keys", NULL, what, "systemctl restart posternd    (with its credential " WRAP_CREDENTIAL " they are wrapped as it starts)");
}

static void
say_missing(const struct wrap_view *v)
{
	char what[256], id[WRAP_ID_TEXT];

	snprintf(what, sizeof what, "%u key slots are wrapped under the key %s, and posternd has no credential " WRAP_CREDENTIAL ": it does not start so", v->survey.other,
	    wrap_id_text(v->survey.other_id, id));
	doctor_add(v->d, "keys", NULL, what, "LoadCredentialEncrypted=" WRAP_CREDENTIAL ":/etc/postern/slots.key.cred in its unit, made from the printed key if need be ("
	    MANUAL ")");
}

/* Flash writes elsewhere, whatever is written over. */
static void
say_before(const struct wrap_view *v)
{
	char what[320], when[CLOCK_TEXT];

	snprintf(what, sizeof what, "%u of the live key slots were wrapped anew on %s: as they were before, in the clear or under an older key, old blocks of a flash disk or "
	    "a snapshot may still hold them", v->before, clock_local(v->wrapped_us, when));
	doctor_advise(v->d, "keys", NULL, what, "nothing; they go with their time, and newer ones were never there. On a new disk none are: postern restore");
}

/* The second host may have copies under it as long as it has not taken the new ones. */
static void
say_old(const struct wrap_view *v, struct store *store)
{
	AUTO_FREE char *replica = v->look->place->etc != NULL ? place_path(v->look->place->etc, "replica", NULL) : NULL;
	struct replica_state copies = { 0 };
	char what[256];

	if (replica == NULL || access(replica, F_OK) < 0 || replica_state(store, &copies) < 0)
		copies.to_keep = 0;
	if (copies.to_keep == 0) {
		doctor_advise(v->d, "keys", NULL, "posternd still gets the old key of the key slots, and nothing is under it any more",
		    "remove " WRAP_CREDENTIAL_OLD " from the unit; keep its printed copy with the backups of that time");
		return;
	}
	snprintf(what, sizeof what, "the old key of the key slots is still needed: the replica has not taken %" PRId64 " of them anew", copies.to_keep);
	doctor_advise(v->d, "keys", NULL, what, "let it take them: journalctl -u posternd says what stands in the way");
}

void
doctor_wrap(struct doctor *d, const struct state_look *look, struct store *store)
{
	const struct event_filter wrapped = { .type = LOG_SLOTS_WRAPPED, .limit = 1, .newest_first = true };
	AUTO_FREE char *log_key = place_path(look->place->state, "log.key", NULL);
	struct wrap_view v = { .d = d, .look = look, .can_sign = access(log_key, F_OK) == 0 };

	(void)store_wrap_with(store, NULL, &v.survey);	/* no key is here, and none is needed */
	(void)event_list(store, &wrapped, keep_time, &v);
	(void)unit_list(store, count_unit, &v);
	if (v.survey.other == 0)
		say_clear(&v);
	else if (v.survey.plain > 0)
		say_mixed(&v);
	else
		say_wrapped(&v);
	if (v.survey.other > 0 && look->keys.is_seen && !look->keys.has_slots)
		say_missing(&v);
	if (v.before > 0)
		say_before(&v);
	if (look->keys.has_old && v.survey.plain == 0)
		say_old(&v, store);
	free(v.days);
}
