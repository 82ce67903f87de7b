/* SPDX-License-Identifier: ISC */
/* Signing a decision. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/proof/pin.h"
#include "lib/proof/signing.h"
#include "lib/wire/messages.h"
#include "recorder/client/sign.h"

#define HOLDS_S		600	/* how long a signature may be on its way */

/* What the gate said a decision rests on; texts are ours. */
struct basis {
	struct id	request;
	bool		must;
	struct buf	text, note, proof;
	char		*log, *keys;
};

static void
basis_done(struct basis *basis)
{
	buf_done(&basis->text);
	buf_done(&basis->note);
	buf_done(&basis->proof);
	free(basis->log);
	free(basis->keys);
}

void
sign_done(struct sign *sign)
{
	buf_done(&sign->text);
	buf_done(&sign->blob);
}

static int
take_basis(struct client *client, const void *fields, void *user)
{
	const struct wire_basis_row *row = fields;
	struct basis *basis = user;

	(void)client;
	basis_done(basis);
	*basis = (struct basis){ .request = row->request, .must = row->must, .text.max = 65536, .note.max = 65536, .proof.max = 65536, .log = own_dup(row->log) };
	(void)buf_add(&basis->text, row->text.data, row->text.count);
	(void)buf_add(&basis->note, row->note.data, row->note.count);
	(void)buf_add(&basis->proof, row->proof.data, row->proof.count);
	basis->keys = strndup((const char *)row->keys.data, row->keys.count);
	return 0;
}

/* The question that a basis answers. */
struct asking {
	unsigned	 kind;
	void		*question;
	int64_t		*known;		/* in it */
};

static int
ask_basis(struct client *client, const struct asking *asking, int64_t known, struct basis *basis)
{
	*asking->known = known;
	return client_ask(client, asking->kind, asking->question, WIRE_BASIS_ROW, take_basis, basis);
}

/* The head that the decision will witness: it must have grown from the one that was seen here last. */
static int
check_head(struct client *client, const struct asking *asking, struct basis *basis, struct approval *approval)
{
	AUTO_PIN struct pin pin = { 0 };
	char why[PIN_WHY];
	int r;

	if (basis->log[0] == '\0')
		return cli_fail(client->cli, STATUS_FAILED, "the gate signs no log: nothing that was decided could be proven");
	r = pin_open(basis->log, &pin, why);
	if (r == 0 && pin.head.size > 0)	/* once more, with the way from there */
		r = ask_basis(client, asking, (int64_t)pin.head.size, basis) == 0 ? 0 : ERR_PEER_GONE;
	if (r == 0)
		r = pin_advance(&pin, &basis->note, &basis->proof, why);
	if (r < 0)
		return cli_fail(client->cli, STATUS_RESIGNED, "%s", why);
	approval->head = pin.head;
	snprintf(approval->log, sizeof approval->log, "%s", pin.key.name);
	return 0;
}

static int
sign_it(struct client *client, const struct basis *basis, const struct approval *approval, struct sign *sign)
{
	struct signing how = { .key_file = cli_get(client->cli, "key"), .fits = basis->keys };
	char text[APPROVAL_TEXT], why[SIGNING_WHY] = "";
	struct sshsig_message message = { .namespace = APPROVAL_NAMESPACE, .bytes = text };

	if (basis->keys[0] == '\0')
		return cli_fail(client->cli, STATUS_KEY, "the policy knows no key of yours: your administrator enters it in `approvers`, and its principal under `people`");
	if (approval_print(approval, text) < 0)
		return cli_fail(client->cli, STATUS_FAILED, "the approval cannot be written down");
	message.count = strlen(text);
	if (buf_add(&sign->text, text, message.count) < 0 || signing_sign(&how, &message, &sign->blob, why) < 0)
		return cli_fail(client->cli, STATUS_KEY, "%s", why);
	return 0;
}

static struct wire_bytes
bytes_of(const struct buf *buf)
{
	return (struct wire_bytes){ buf->bytes + buf->start, buf_len(buf) };
}

/* Checks the log, and signs what stands in the basis. */
static int
sign_basis(struct client *client, const struct asking *asking, struct basis *basis, struct approval *approval, struct sign *sign)
{
	int r;

	*sign = (struct sign){ .text.max = APPROVAL_TEXT, .blob.max = SSHSIG_BLOB_MOST };
	r = check_head(client, asking, basis, approval);
	if (r != 0)
		return r;
	approval->request = basis->request;
	secret_sha256(buf_data(&basis->text), buf_len(&basis->text), approval->request_sha256);
	return sign_it(client, basis, approval, sign);
}

int
sign_decision(struct client *client, struct wire_decide *decision, struct sign *sign)
{
	struct basis basis AUTO(basis_done) = { 0 };
	struct approval approval = { .seconds = decision->grant ? decision->seconds : 0, .nonce = id_new(),
		.not_after_s = clock_wall_us() / CLOCK_US + HOLDS_S };
	struct wire_basis question = { .which = decision->which };
	const struct asking asking = { WIRE_BASIS, &question, &question.known };
	bool is_wanted = cli_has(client->cli, "sign") || cli_has(client->cli, "key");
	int r = ask_basis(client, &asking, 0, &basis);

	if (r != 0 || (!is_wanted && !basis.must))
		return r;
	if (getenv("POSTERN_LOGIN") != NULL)	/* root here could use a forwarded agent, and no file of this machine is written */
		return cli_fail(client->cli, STATUS_DENIED, "a grant of this role must be signed: on your own machine, `postern grant %s -H HOST` does that",
		    decision->which);
	snprintf(approval.decision, sizeof approval.decision, "%s", decision->grant ? "grant" : "deny");
	r = sign_basis(client, &asking, &basis, &approval, sign);
	if (r != 0)
		return r;
	decision->text = bytes_of(&sign->text);
	decision->signature = bytes_of(&sign->blob);
	return 0;
}

/* The comment that is signed must be the one that was given, whatever the gate is. */
static bool
is_our_review(const struct basis *basis, const struct wire_review *review)
{
	AUTO_BUF struct buf end = { .max = 65536 };
	char begin[64], id[ID_TEXT];
	size_t count = buf_len(&basis->text);
	const char *text = (const char *)buf_data(&basis->text);

	snprintf(begin, sizeof begin, "review v1\nrequest %s\n", id_text(&basis->request, id));
	if (strncmp(id, review->which, strlen(review->which)) != 0 || buf_addf(&end, "\ncomment %s\n", review->comment) < 0)
		return false;
	return count > strlen(begin) + buf_len(&end) && memcmp(text, begin, strlen(begin)) == 0 &&
	    memcmp(text + count - buf_len(&end), buf_data(&end), buf_len(&end)) == 0;
}

int
sign_review(struct client *client, struct wire_review *review, struct sign *sign)
{
	struct basis basis AUTO(basis_done) = { 0 };
	struct approval approval = { .decision = "review", .nonce = id_new(), .not_after_s = clock_wall_us() / CLOCK_US + HOLDS_S };
	const struct asking asking = { WIRE_REVIEW, review, &review->known };
	int r;

	review->signs = cli_has(client->cli, "sign") || cli_has(client->cli, "key");
	r = ask_basis(client, &asking, 0, &basis);
	if (r != 0 || buf_len(&basis.text) == 0)	/* it needed no signature, and is done */
		return r;
	if (getenv("POSTERN_LOGIN") != NULL)
		return cli_fail(client->cli, STATUS_DENIED, "a review of this role must be signed: on your own machine, `postern review %s -H HOST` does that",
		    review->which);
	if (!is_our_review(&basis, review))
		return cli_fail(client->cli, STATUS_FAILED, "the gate wants something else signed: your comment may hold what this role masks; say it without");
	r = sign_basis(client, &asking, &basis, &approval, sign);
	if (r != 0)
		return r;
	review->text = bytes_of(&sign->text);
	review->signature = bytes_of(&sign->blob);
	return client_ask(client, WIRE_REVIEW, review, 0, NULL, NULL);
}

/* What the gate wants signed must be what was asked for, whatever the gate is. */
static bool
is_our_hold(const struct basis *basis, const struct wire_hold *hold)
{
	AUTO_FREE char *text = buf_text(&basis->text);
	char begin[128], end[64];

	snprintf(begin, sizeof begin, "hold v1\nact %s\nsession %.32s", hold->act, hold->which);
	snprintf(end, sizeof end, "\nuntil %" PRId64 "\n", hold->until_us / CLOCK_US);
	return strncmp(text, begin, strlen(begin)) == 0 && (hold->until_us == 0 || strstr(text, end) != NULL);
}

int
sign_hold(struct client *client, struct wire_hold *hold, struct sign *sign)
{
	struct basis basis AUTO(basis_done) = { 0 };
	struct approval approval = { .nonce = id_new(), .not_after_s = clock_wall_us() / CLOCK_US + HOLDS_S };
	const struct asking asking = { WIRE_HOLD, hold, &hold->known };
	int r = ask_basis(client, &asking, 0, &basis);

	if (r != 0)
		return r;
	if (getenv("POSTERN_LOGIN") != NULL)
		return cli_fail(client->cli, STATUS_DENIED, "a hold is signed on your own machine: `postern %s %s -H HOST` does that", hold->act, hold->which);
	if (!is_our_hold(&basis, hold))
		return cli_fail(client->cli, STATUS_FAILED, "the gate wants something else signed than was asked for");
	snprintf(approval.decision, sizeof approval.decision, "%s", hold->act);
	r = sign_basis(client, &asking, &basis, &approval, sign);
	if (r != 0)
		return r;
	hold->text = bytes_of(&sign->text);
	hold->signature = bytes_of(&sign->blob);
	return 0;
}
