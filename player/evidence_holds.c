/* SPDX-License-Identifier: ISC */
/* Legal holds: set and released by the signatures of several persons, and the catalogue says what the log said last. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/proof/sshsig.h"
#include "lib/store/event.h"
#include "lib/store/hold.h"
#include "player/evidence.h"

#define PERSONS		2	/* the least that sign together */
#define SIGNS		64	/* of one session that are looked at */
#define LATE_US		CLOCK_US	/* entries know milliseconds, and stand a moment behind the signature */

/* A signature that holds. */
struct good_sign {
	enum hold_act		act;
	int64_t			until_us, at_us;
	char			person[STORE_NAME];
	struct sshsig_key	key;
};

/* The log's words about holds. */
struct word {
	struct id	session;
	int		type;
	int64_t		seq, time_us;
};

struct words {
	struct word	*items;
	size_t		 count;
};

/* One session. */
struct hold_look {
	struct evidence		*evidence;
	const struct session	*session;
	struct good_sign	 signs[SIGNS];
	size_t			 count;
	int64_t			 unread;
	int			 last;		/* type of the log's last word about it; 0: none */
};

/* What is wrong with what the text says, or NULL. */
static const char *
text_fault(const struct hold_look *look, const struct hold_sign *sign, const struct approval *approval)
{
	AUTO_BUF struct buf text = { .max = 4 * STORE_TEXT_MOST };
	uint8_t sha256[SECRET_SHA256];

	if (hold_text(sign, &text) < 0)
		return "is for what cannot be said";
	secret_sha256(buf_data(&text), buf_len(&text), sha256);
	if (strcmp(approval->log, look->evidence->log) != 0)
		return "names another log";
	if (!id_equal(&approval->request, &sign->session))
		return "is for another session";
	if (memcmp(approval->request_sha256, sha256, sizeof sha256) != 0)
		return "is for another end or another reason";
	if (strcmp(approval->decision, hold_act_names[sign->act]) != 0)
		return "is for another act";
	return approval->not_after_s < sign->at_us / CLOCK_US ? "was outdated when it was given" : NULL;
}

static void
keep_good(struct hold_look *look, const struct hold_sign *sign, const struct sshsig_key *key)
{
	struct good_sign *good;

	look->evidence->count.holds++;
	if (look->count == SIGNS)
		return;
	good = &look->signs[look->count++];
	*good = (struct good_sign){ .act = sign->act, .until_us = sign->until_us, .at_us = sign->at_us, .key = *key };
	memcpy(good->person, sign->person, sizeof good->person);
}

static int
each_sign(void *ctx, const struct hold_sign *sign)
{
	struct hold_look *look = ctx;
	struct evidence *evidence = look->evidence;
	struct sshsig_message message = { APPROVAL_NAMESPACE, sign->text, sign->text != NULL ? strlen(sign->text) : 0 };
	struct sshsig_signed signer;
	struct approval approval;
	const char *fault;

	if (sign->text_error != 0 && sign->text_error != ERR_STORE_DAMAGED) {
		look->unread++;
		evidence->count.unread++;
		return 0;
	}
	if (sign->text_error != 0 || sshsig_verify(sign->signature, sign->signature_bytes, &message, &signer) < 0)
		return evidence_fault(evidence, EVIDENCE_HOLD_FALSE, &sign->session, "The signature of %s under its %s does not hold.", sign->person,
		    hold_act_names[sign->act]);
	if (!sshsig_is_present(&signer))
		return evidence_fault(evidence, EVIDENCE_HOLD_FALSE, &sign->session, "The security key of %s was not touched.", sign->person);
	fault = approval_parse(sign->text, message.count, &approval) < 0 ? "is under a text that is none" : text_fault(look, sign, &approval);
	if (fault != NULL)
		return evidence_fault(evidence, EVIDENCE_HOLD_FALSE, &sign->session, "The signature of %s under its %s %s.", sign->person,
		    hold_act_names[sign->act], fault);
	switch (evidence_standing(evidence, &signer.key, sign->at_us)) {
	case KEY_UNTOLD:
		evidence->count.no_roster++;
		break;
	case KEY_UNKNOWN:
		return evidence_fault(evidence, EVIDENCE_APPROVER_UNKNOWN, &sign->session,
		    "The key that signed its %s for %s is on no roster of that time.", hold_act_names[sign->act], sign->person);
	case KEY_GOOD:
		break;
	}
	keep_good(look, sign, &signer.key);
	return 0;
}

/* Persons with keys of their own who signed this act; until_us below 0: with any end. */
static unsigned
count_persons(const struct hold_look *look, enum hold_act act, int64_t until_us, int64_t before_us)
{
	unsigned persons = 0;

	for (size_t i = 0; i < look->count; i++) {
		const struct good_sign *sign = &look->signs[i];
		bool is_new = sign->act == act && (until_us < 0 || sign->until_us == until_us) && sign->at_us <= before_us;

		for (size_t k = 0; k < i && is_new; k++) {
			const struct good_sign *other = &look->signs[k];

			if (other->act == act && other->until_us == sign->until_us && other->at_us <= before_us)
				is_new = strcmp(other->person, sign->person) != 0 && !sshsig_key_is(&other->key, &sign->key);
		}
		persons += is_new;
	}
	return persons;
}

/* What the log says last about this session, and that each hold and each release of it has its signatures. */
static void
check_words(struct hold_look *look, const struct words *words)
{
	int64_t last = -1;

	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->items[i];
		enum hold_act act = word->type == EVENT_HELD ? HOLD_SET : HOLD_RELEASE;
		unsigned persons = PERSONS;

		if (!id_equal(&word->session, &look->session->id))
			continue;
		if (word->seq > last) {
			last = word->seq;
			look->last = word->type;
		}
		if (word->type != EVENT_HOLD_ENDED)
			persons = count_persons(look, act, -1, word->time_us + LATE_US);
		if (persons < PERSONS && look->unread == 0)
			evidence_fault(look->evidence, EVIDENCE_HOLD_FALSE, &look->session->id, "Entry %" PRId64 " says that it was %s; of %d signatures at least, "
			    "%u hold.", word->seq, act == HOLD_SET ? "held" : "released", PERSONS, persons);
	}
}

static void
check_state(struct hold_look *look)
{
	const struct session *session = look->session;
	bool is_held = session->hold.by[0] != '\0';

	if (is_held != (look->last == EVENT_HELD))
		evidence_fault(look->evidence, EVIDENCE_HOLD_FALSE, &session->id, is_held ? "It is held, and the log does not say so." :
		    "The log says that it is held; it is not, and nothing says who released it.");
	else if (is_held && look->unread == 0 && count_persons(look, HOLD_SET, session->hold.until_us, INT64_MAX) < PERSONS)
		evidence_fault(look->evidence, EVIDENCE_HOLD_FALSE, &session->id, "It is held until another moment than was signed for.");
}

struct all_holds {
	struct evidence	*evidence;
	struct words	 words;
};

static bool
is_told(const struct words *words, const struct id *session)
{
	for (size_t i = 0; i < words->count; i++)
		if (id_equal(&words->items[i].session, session))
			return true;
	return false;
}

static int
each_session(void *ctx, const struct session *session)
{
	struct all_holds *all = ctx;
	AUTO_FREE struct hold_look *look = NULL;
	int r;

	if (!evidence_wants(all->evidence, &session->id) || (session->hold.by[0] == '\0' && !is_told(&all->words, &session->id)))
		return 0;
	look = own_alloc(sizeof *look);
	look->evidence = all->evidence;
	look->session = session;
	r = hold_list(all->evidence->store, &session->id, 0, each_sign, look);
	if (r < 0)
		return r;
	check_words(look, &all->words);
	check_state(look);
	return 0;
}

static int
each_word(void *ctx, const struct event *event)
{
	struct words *words = ctx;

	words->items = own_grow(words->items, words->count + 1, sizeof *words->items);
	words->items[words->count++] = (struct word){ event->subject, event->type, event->seq, event->time_us };
	return 0;
}

int
evidence_holds(struct evidence *evidence)
{
	static const int types[] = { EVENT_HELD, EVENT_RELEASED, EVENT_HOLD_ENDED };
	const struct session_filter every = { .live = false };
	struct all_holds all = { .evidence = evidence };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof types / sizeof types[0]; i++) {
		const struct event_filter filter = { .type = types[i] };

		r = event_list(evidence->store, &filter, each_word, &all.words);
	}
	if (r == 0)
		r = session_list(evidence->store, &every, each_session, &all);
	own_free(&all.words.items);
	return r;
}
