/* SPDX-License-Identifier: ISC */
/* Signed decisions. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/proof/roster.h"
#include "lib/store/decision.h"
#include "lib/store/glass.h"
#include "lib/store/head.h"
#include "lib/store/request.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_change.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_signed.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/gate_versions.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/signer.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

#define ROSTER_MOST_BYTES	(1024u * 1024)
#define KEYS_ROOM		16000
#define LATE_S			3600	/* a signature that says it holds longer than so is not taken */

static void
say_roster(struct gate *gate, const char *text)
{
	AUTO_FREE char *change = gate_change(gate, POLICY_ROSTER, text);
	char hex[2 * SECRET_SHA256 + 1];

	if (change != NULL && gate_say(gate, LOG_ROSTER_CHANGED, NULL, "the keys of approvers have changed; %s is now %s%s%s", POLICY_ROSTER,
	    id_hex(gate->policy->roster_sha256, SECRET_SHA256, hex), change[0] != '\0' ? "; " : "", change) >= 0)
		gate_change_told(gate, POLICY_ROSTER, text);
}

void
gate_signed_tell(struct gate *gate)
{
	AUTO_FREE char *path = place_path(gate->daemon.place.etc, POLICY_ROSTER, NULL);
	AUTO_FREE char *text = NULL;

	if (gate->policy->roster != NULL && fdio_slurp_path(path, ROSTER_MOST_BYTES, &text, NULL) == 0)
		say_roster(gate, text);
}

/* A roster with a fault stands for nobody's keys: the sentence is said once, and nothing can be signed until it is mended. */
static int
take_roster(struct gate *gate, const char *text, size_t count)
{
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *said = NULL;
	int r = policy_roster_take(gate->policy, text, count, &errors);

	if (r == 0) {
		say_roster(gate, text);
		gate_version_keep(gate, LOG_ROSTER_VERSION, text, count);
		return 0;
	}
	said = buf_text(&errors);
	gate_say(gate, LOG_POLICY_REFUSED, NULL, "%s is not valid, and nobody can sign: %s", POLICY_ROSTER, said);
	return r;
}

/* A key that was taken out of the roster a second ago must not count: the file itself is asked, not our memory of it. */
int
gate_signed_refresh(struct gate *gate)
{
	AUTO_FREE char *path = place_path(gate->daemon.place.etc, POLICY_ROSTER, NULL);
	AUTO_FREE char *text = NULL;
	uint8_t sha256[SECRET_SHA256];
	size_t count;
	int r = fdio_slurp_path(path, ROSTER_MOST_BYTES, &text, &count);

	if (r < 0) {
		if (gate->policy->roster != NULL)
			gate_version_keep(gate, LOG_ROSTER_VERSION, "", 0);
		if (gate->policy->roster != NULL)
			gate_say(gate, LOG_ROSTER_CHANGED, NULL, "%s cannot be read (%s): nobody can sign", POLICY_ROSTER, err_text(r));
		policy_roster_free(gate->policy);
		return 0;
	}
	secret_sha256(text, count, sha256);
	return memcmp(sha256, gate->policy->roster_sha256, sizeof sha256) == 0 ? 0 : take_roster(gate, text, count);
}

static const struct policy_person *
person_named(const struct policy *policy, const char *name)
{
	for (unsigned i = 0; i < policy->people_count; i++)
		if (strcmp(policy->people[i].person, name) == 0)
			return &policy->people[i];
	return NULL;
}

static const struct policy_person *
person_of(const struct peer *peer)
{
	return person_named(peer->gate->policy, peer_person(peer));
}

const char *
gate_signed_principal(const struct peer *peer)
{
	const struct policy_person *person = person_of(peer);

	return person != NULL ? person->principal : NULL;
}

/* The peer's own keys, one a line. */
static void
put_keys(const struct peer *peer, struct buf *keys)
{
	const struct policy_person *person = person_of(peer);
	const struct roster *roster = peer->gate->policy->roster;
	char line[SSHSIG_KEY_TEXT];

	if (person == NULL || person->principal == NULL || roster == NULL)
		return;
	for (size_t i = 0; i < roster->count; i++) {
		struct roster_ask ask = { .principal = person->principal, .namespace = APPROVAL_NAMESPACE, .key = &roster->items[i].key,
			.time_s = clock_wall_us() / CLOCK_US };

		sshsig_key_print(&roster->items[i].key, line);
		if (roster_find(roster, &ask) != NULL && buf_addf(keys, "%s\n", line) < 0)
			return;
	}
}

/* The newest signed head, and the way to it from the one that the peer knows. Without a signer there is none. */
static int
put_head(struct peer *peer, int64_t known, struct head *head, struct buf *proof)
{
	struct tree_source source = head_source(peer->gate->store);
	struct tree_proof hashes = { .count = 0 };
	int r = peer->gate->heads.signer != NULL ? head_get(peer->gate->store, INT64_MAX, head) : ERR_NOT_FOUND;

	if (r == ERR_NOT_FOUND)
		return 0;
	if (r == 0 && known > 0 && known <= head->size)
		r = tree_prove_growth(&source, (uint64_t)known, (uint64_t)head->size, &hashes);
	return r < 0 ? r : buf_add(proof, hashes.hash, hashes.count * TREE_HASH);
}

static struct wire_bytes
bytes_of(const struct buf *buf)
{
	return (struct wire_bytes){ buf->bytes + buf->start, buf_len(buf) };
}

int
gate_signed_basis(struct peer *peer, const struct gate_basis *basis)
{
	AUTO_BUF struct buf proof = { .max = 4096 }, keys = { .max = KEYS_ROOM };
	AUTO_HEAD struct head head = { 0 };
	struct wire_basis_row row = { .request = basis->subject, .must = basis->must, .text = bytes_of(basis->text) };
	char log[NOTE_VKEY] = "";
	int r = put_head(peer, basis->known, &head, &proof);

	if (r < 0)
		return r;
	put_keys(peer, &keys);
	row.proof = bytes_of(&proof);
	row.keys = bytes_of(&keys);
	if (head.note != NULL) {
		note_key_print(signer_key(peer->gate->heads.signer), log);
		row.note = (struct wire_bytes){ (uint8_t *)head.note, strlen(head.note) };
	}
	row.log = log;
	peer_put(peer, WIRE_BASIS_ROW, &row);
	peer_done(peer, "%s", "");
	return 0;
}

int
on_basis(struct peer *peer, const void *fields)
{
	const struct wire_basis *question = fields;
	AUTO_BUF struct buf text = { .max = 4096 };
	AUTO_REQUEST struct request request = { 0 };
	struct gate_basis basis = { .text = &text, .known = question->known };
	const struct policy_role *role;
	int r = gate_signed_refresh(peer->gate);

	if (r == 0)
		r = request_find(peer->gate->store, question->which, &basis.subject);
	if (r == 0)
		r = request_get(peer->gate->store, &basis.subject, &request);
	if (r == 0)
		r = request_text(&request, &text);
	if (r < 0)
		return r;
	role = gate_opening_role(peer->gate->policy, &request);
	basis.must = role != NULL && role->approve.is_signed;
	return gate_signed_basis(peer, &basis);
}

static int
put_signed(void *ctx, const struct decision *decision)
{
	struct peer *peer = ctx;
	const struct policy_person *person = person_named(peer->gate->policy, decision->person);
	AUTO_FREE char *name = own_dup(decision->person), *verdict = own_dup(verdict_names[decision->verdict]);
	AUTO_FREE char *principal = own_dup(person != NULL && person->principal != NULL ? person->principal : "");
	struct wire_signed_row row = { .request = decision->request, .person = name, .verdict = verdict, .principal = principal, .at_us = decision->at_us,
		.text = { decision->text, decision->text_bytes }, .signature = { decision->signature, decision->signature_bytes } };

	peer_put(peer, WIRE_SIGNED_ROW, &row);
	return 0;
}

/* The review of an entry that nobody decided. */
static int
put_review(struct peer *peer, const struct id *request)
{
	AUTO_GLASS struct glass glass = { 0 };
	const struct policy_person *person;
	AUTO_FREE char *principal = NULL;
	struct wire_signed_row row = { .request = *request, .person = glass.reviewed_by, .verdict = (char[]){ "review" } };
	int r = glass_get(peer->gate->store, request, &glass);

	if (r < 0 || glass.reviewed_us == 0)
		return r == ERR_NOT_FOUND ? 0 : r;
	person = person_named(peer->gate->policy, glass.reviewed_by);
	principal = own_dup(person != NULL && person->principal != NULL ? person->principal : "");
	row.principal = principal;
	row.at_us = glass.reviewed_us;
	if (glass.text != NULL)
		row.text = (struct wire_bytes){ (uint8_t *)glass.text, strlen(glass.text) };
	row.signature = (struct wire_bytes){ glass.signature, glass.signature_bytes };
	peer_put(peer, WIRE_SIGNED_ROW, &row);
	return 0;
}

/* For auditors, and for those whom the request concerns. */
int
on_signed(struct peer *peer, const void *fields)
{
	const struct wire_signed *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	struct policy_subject subject = who_subject(peer->who);
	struct id id;
	int r = request_find(peer->gate->store, question->which, &id);

	if (r == 0)
		r = request_get(peer->gate->store, &id, &request);
	if (r < 0)
		return r;
	if (strcmp(request.person, peer_person(peer)) != 0 && !gate_is_auditor(peer->gate, &subject) && !gate_session_decides(peer, request.person, request.role)) {
		peer_fail(peer, STATUS_DENIED, "this request is not yours, and you are no auditor");
		return 0;
	}
	r = decision_list(peer->gate->store, &id, put_signed, peer);
	if (r == 0)
		r = put_review(peer, &id);
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

/* What is wrong with a signature, in a sentence for the peer and the log; or NULL. */
static const char *
check_text(struct peer *peer, const struct gate_claim *claim)
{
	struct gate *gate = peer->gate;
	int64_t now_s = gate_now(gate).wall_us / CLOCK_US, count = 0;
	struct tree_source source = head_source(gate->store);
	struct approval approval;
	uint8_t root[TREE_HASH];
	struct tree tree;

	if (approval_parse((const char *)claim->text.data, claim->text.count, &approval) < 0)
		return "the signed text is not an approval";
	if (!id_equal(&approval.request, &claim->subject) || memcmp(approval.request_sha256, claim->sha256, sizeof approval.request_sha256) != 0)
		return "the signature is for another request, or for what this one said before";
	if (strcmp(approval.decision, claim->decision) != 0 || (claim->seconds >= 0 && approval.seconds != claim->seconds))
		return "the signature is for another decision";
	if (approval.not_after_s < now_s || approval.not_after_s > now_s + LATE_S)
		return "the signature is outdated, or holds too long; sign again";
	if (gate->heads.signer == NULL || strcmp(approval.log, signer_key(gate->heads.signer)->name) != 0)
		return "the signature names another log";
	if (event_count(gate->store, &count) < 0 || approval.head.size > (uint64_t)count || tree_at(&source, approval.head.size, &tree) < 0)
		return "the signature names a head of the log that does not exist";
	tree_root(&tree, root);
	return memcmp(root, approval.head.root, sizeof root) != 0 ? "the signature names a head of the log that does not exist" : NULL;
}

static const char *
check_key(const struct peer *peer, const struct gate_claim *claim)
{
	struct sshsig_message message = { APPROVAL_NAMESPACE, claim->text.data, claim->text.count };
	const struct policy_person *person = person_of(peer);
	struct roster_ask ask = { .namespace = APPROVAL_NAMESPACE, .time_s = clock_wall_us() / CLOCK_US };
	struct sshsig_signed signer;
	int r = sshsig_verify(claim->signature.data, claim->signature.count, &message, &signer);

	if (r < 0)
		return r == ERR_UNSUPPORTED ? "only ed25519 and sk-ed25519 keys can sign decisions" : "the signature is false, or for another purpose";
	if (!sshsig_is_present(&signer))
		return "the security key was not touched";
	if (person == NULL || person->principal == NULL)
		return "the policy knows no key of yours (people: principal)";
	ask.principal = person->principal;
	ask.key = &signer.key;
	if (peer->gate->policy->roster == NULL || roster_find(peer->gate->policy->roster, &ask) == NULL)
		return "the key that signed is not one of yours in `approvers`";
	return NULL;
}

const char *
gate_signed_why(struct peer *peer, const struct gate_claim *claim)
{
	const char *why = check_text(peer, claim);

	return why != NULL ? why : check_key(peer, claim);
}

int
gate_signed_check(struct peer *peer, const struct policy_role *role, const struct request *request, const struct wire_decide *decision)
{
	const struct gate_claim claim = { .subject = request->id, .sha256 = request->sha256, .decision = decision->grant ? "grant" : "deny",
		.seconds = decision->grant ? decision->seconds : -1, .text = decision->text, .signature = decision->signature };
	const char *why;

	if (decision->signature.count > 0 || decision->text.count > 0)
		why = gate_signed_why(peer, &claim);
	else if (decision->grant && role->approve.is_signed)
		why = "a grant of this role counts only with your signature: see `postern grant --help`";
	else
		return 0;
	if (why == NULL)
		return 0;
	gate_say(peer->gate, LOG_DECISION_REFUSED, &request->id, "%s's decision is refused: %s", peer_person(peer), why);
	peer_fail(peer, STATUS_DENIED, "%s", why);
	return -1;
}
