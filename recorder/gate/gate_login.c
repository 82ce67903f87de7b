/* SPDX-License-Identifier: ISC */
/* The ssh login behind a decision. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/proof/approval.h"
#include "lib/proof/roster.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_login.h"
#include "recorder/gate/gate_signed.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"

#define KIND_MOST	64u

/* `postern stdio` speaks first on a connection from elsewhere, so what comes after it cannot speak for it. */
int
on_login(struct peer *peer, const void *fields)
{
	const struct wire_login *login = fields;

	if (peer->login == NULL)
		peer->login = own_dup(login->how);
	return 0;
}

/* What `approvers` says about the key: words to go behind its fingerprint. */
static const char *
standing_of(const struct peer *peer, const char *text)
{
	const struct roster *roster = peer->gate->policy->roster;
	struct sshsig_key key;
	struct roster_ask ask = { .principal = gate_signed_principal(peer), .namespace = APPROVAL_NAMESPACE, .key = &key,
		.time_s = clock_wall_us() / CLOCK_US };

	if (roster == NULL || ask.principal == NULL)
		return "";
	return sshsig_key_parse(text, &key) == 0 && roster_find(roster, &ask) != NULL ? ", one of theirs in `approvers`" : ", none of theirs in `approvers`";
}

const char *
gate_login_words(const struct peer *peer, char text[GATE_LOGIN])
{
	static const char publickey[] = "publickey ";
	const char *how = peer->login != NULL ? peer->login : "";
	const char *key = strncmp(how, publickey, sizeof publickey - 1) == 0 ? how + sizeof publickey - 1 : NULL;
	char fingerprint[SSHSIG_FINGERPRINT];
	size_t word = strspn(key != NULL ? key : how, "abcdefghijklmnopqrstuvwxyz0123456789-@.");

	if (how[0] == '\0')
		snprintf(text, GATE_LOGIN, GATE_LOGIN_BEGINS "not by ssh, as far as is told");
	else if (word == 0 || word > KIND_MOST || (key != NULL && sshsig_fingerprint(key, fingerprint) < 0))
		snprintf(text, GATE_LOGIN, GATE_LOGIN_BEGINS "what is told of it cannot be read");
	else if (key == NULL)
		snprintf(text, GATE_LOGIN, GATE_LOGIN_BEGINS "%.*s", (int)word, how);
	else
		snprintf(text, GATE_LOGIN, GATE_LOGIN_BEGINS "%.*s %s%s", (int)word, key, fingerprint, standing_of(peer, key));
	return text;
}
