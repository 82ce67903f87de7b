/* SPDX-License-Identifier: ISC */
/* What a backup has in it, and who made it, for the log. */
#include "config.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/own.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_backup.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"

/* Only they can read what is to be copied. */
int
on_backup(struct peer *peer, const void *fields)
{
	const struct wire_backup *told = fields;
	AUTO_FREE char *folder = gate_mask_text(peer->gate, "", told->folder);
	const char *who = peer_person(peer)[0] != '\0' || peer->who == NULL ? peer_person(peer) : peer->who->account;
	AUTO_FREE char *root = gate_mask_text(peer->gate, "", told->root);

	if (peer->uid != 0 && peer->uid != geteuid()) {
		peer_fail(peer, STATUS_DENIED, "backups are made by root");
		return 0;
	}
	gate_say(peer->gate, LOG_BACKUP, NULL, "%s has made a backup of the log's %" PRId64 " entries, root %s, with %" PRId64 " recordings: %" PRId64 " files, %" PRId64
	    " bytes, in %s%s", who, told->entries, root, told->recordings, told->files, told->bytes, folder,
	    told->with_keys ? ", with the log's key" : "");
	peer_done(peer, "%s", "");
	return 0;
}
