/* SPDX-License-Identifier: ISC */
/* Wrapped key slots, as the gate opens its catalogue. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/secret.h"
#include "lib/store/rewrap.h"
#include "lib/store/store.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_wrap.h"

void
gate_wrap_take(struct gate *gate)
{
	int r = 0;

	gate->wrap.keys = secret_new(sizeof *gate->wrap.keys);
	if (fdio_cloexec(DAEMON_SLOTS_KEY, true) < 0)
		return;		/* no credential came */
	r = wraps_take(gate->wrap.keys, DAEMON_SLOTS_KEY);
	close(DAEMON_SLOTS_KEY);
	if (r == 0)
		return;
	log_error("the credential " WRAP_CREDENTIAL " or " WRAP_CREDENTIAL_OLD ": %s; the gate does not start", err_text(r));
	exit(DAEMON_REFUSED);
}

void
gate_wrap_done(struct gate *gate)
{
	secret_free(gate->wrap.keys);
	gate->wrap.keys = NULL;
}

bool
gate_wrap_is_final(int error)
{
	return error == ERR_WRAP_MISSING || error == ERR_WRAP_WRONG;
}

static void
say_refused(struct gate *gate, const struct survey *found, int error)
{
	char wanted[WRAP_ID_TEXT], given[WRAP_ID_TEXT] = "none";

	if (error == gate->store_error)
		return;
	if (gate->wrap.keys->count > 0)
		wrap_id_text(gate->wrap.keys->keys[0].id, given);
	log_error("%u key slots are wrapped under the key %s, and the credential " WRAP_CREDENTIAL " that was given is %s: %s", found->other,
	    wrap_id_text(found->other_id, wanted), given, err_text(error));
}

int
gate_wrap_store(struct gate *gate)
{
	struct survey found;
	int r = store_wrap_with(gate->store, gate->wrap.keys, &found);

	if (gate_wrap_is_final(r))
		say_refused(gate, &found, r);
	if (r == 0 && gate->wrap.keys->count > 0) {
		gate->wrap.plain += found.plain;
		gate->wrap.old += found.old;
	}
	return r;
}

void
gate_wrap_tell(struct gate *gate)
{
	char now[WRAP_ID_TEXT], more[64] = "";

	if (gate->wrap.plain + gate->wrap.old == 0)
		return;
	wrap_id_text(gate->wrap.keys->keys[0].id, now);
	if (gate->wrap.old > 0)
		snprintf(more, sizeof more, ", %u that were under the old key", gate->wrap.old);
	if (gate_say(gate, LOG_SLOTS_WRAPPED, NULL, "the key slots are wrapped under the key %s: %u that lay in the clear%s", now, gate->wrap.plain, more) >= 0)
		gate->wrap.plain = gate->wrap.old = 0;
}
