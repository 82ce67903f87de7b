/* SPDX-License-Identifier: ISC */
/* When the log's heads are signed: with each transaction that adds to it, each minute, and where the key changes. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/proof/note.h"
#include "lib/store/head.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_head.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/signer.h"
#include "recorder/policy/policy.h"

_Static_assert(LOG_EPOCH == HEAD_EPOCH_TYPE, "the number of an epoch's entry stands in two headers");

/* Trouble is said once, and again when it is another one. */
static void
trouble(struct gate *gate, int error)
{
	if (error == gate->heads.error)
		return;
	gate->heads.error = error;
	if (error == 0)
		return;
	log_error("the log's heads are not signed: %s", err_text(error));
	gate_say(gate, LOG_KEY_TROUBLE, NULL, "the log's heads are not signed: %s", err_text(error));
}

static int
open_signer(struct gate *gate)
{
	char name[NOTE_NAME], host[200] = "";

	if (gate->policy != NULL)
		snprintf(host, sizeof host, "%s", gate->policy->host);
	else if (gethostname(host, sizeof host - 1) < 0)
		snprintf(host, sizeof host, "localhost");
	snprintf(name, sizeof name, "%s/postern", host);
	return signer_open(gate->daemon.place.state, name, gate->heads.given, gate->store, &gate->heads.signer);
}

static int
begin(struct gate *gate)
{
	struct signer_moment at = { gate_now(gate).wall_us, gate_log_class(gate) };
	bool is_broken;
	int r = signer_begin(gate->heads.signer, gate->store, &at, &is_broken);

	if (r < 0)
		return r;
	if (is_broken)
		gate_say(gate, LOG_KEY_TROUBLE, NULL, "the last epoch's key was lost: nothing but the stable key vouches for the change to this one");
	gate_say(gate, LOG_KEY_CHANGED, NULL, "epoch %u of the log's key begins", signer_epoch(gate->heads.signer));
	return signer_tick(gate->heads.signer, gate->store, at.now_us) < 0 ? -1 : 0;
}

static int
seal(void *user)
{
	struct gate *gate = user;

	return gate->heads.signer != NULL ? signer_seal(gate->heads.signer, gate->store, gate_now(gate).wall_us) : 0;
}

void
gate_head_attend(struct gate *gate)
{
	store_seal_with(gate->store, seal, gate);
}

void
gate_head_tick(struct gate *gate)
{
	int r = gate_store(gate);

	if (r < 0)
		return;	/* said already */
	if (gate->heads.signer == NULL)
		r = open_signer(gate);
	if (r == 0)
		r = signer_tick(gate->heads.signer, gate->store, gate_now(gate).wall_us);
	if (r > 0)
		r = begin(gate);
	trouble(gate, r);
}

void
gate_head_done(struct gate *gate)
{
	if (gate->heads.signer != NULL && gate_store(gate) == 0)
		(void)signer_tick(gate->heads.signer, gate->store, gate_now(gate).wall_us);
	signer_close(gate->heads.signer);
	gate->heads.signer = NULL;
}
