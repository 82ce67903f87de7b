/* SPDX-License-Identifier: ISC */
/* The rosters that signed decisions are held against. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "player/verify_roster.h"

#define ROSTER_VERSION	(EVENT_VERSIONS + 1)	/* type of the fact */
#define ROSTER_BYTES	(1024u * 1024)
#define LATE_US		(CLOCK_US / 1000)	/* facts tell their time in whole milliseconds */

/* Through the log, oldest version first. */
struct versions {
	struct verify_rosters		*rosters;
	const struct verify_place	*place;
};

void
verify_rosters_done(struct verify_rosters *rosters)
{
	for (size_t i = 0; i < rosters->count; i++)
		roster_done(&rosters->items[i].roster);
	free(rosters->items);
}

static struct evidence_roster *
add(struct verify_rosters *rosters)
{
	struct evidence_roster *roster;

	rosters->items = own_grow(rosters->items, rosters->count + 1, sizeof *rosters->items);
	roster = &rosters->items[rosters->count++];
	*roster = (struct evidence_roster){ .from_us = INT64_MIN, .until_us = INT64_MAX };
	return roster;
}

static int
add_file(struct verify_rosters *rosters, const struct cli *cli, const char *path)
{
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *text = NULL, *said = NULL;
	struct evidence_roster *roster = add(rosters);
	int r = fdio_slurp_path(path, ROSTER_BYTES, &text, NULL);

	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "%s: %s", path, err_text(r));
	if (roster_parse(path, text, &roster->roster, &errors) < 0) {
		said = buf_text(&errors);
		return cli_fail(cli, STATUS_FAILED, "%s", said);
	}
	roster->is_known = true;
	return STATUS_OK;
}

/* Only what has the hash that was logged is believed. */
static bool
read_version(const char *path, const uint8_t sha256[SECRET_SHA256], struct roster *roster)
{
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	uint8_t found[SECRET_SHA256];
	size_t count;

	if (fdio_slurp_path(path, ROSTER_BYTES, &text, &count) < 0)
		return false;
	secret_sha256(text, count, found);
	return memcmp(found, sha256, sizeof found) == 0 && roster_parse("approvers", text, roster, &errors) == 0;
}

/* A version ends with the next one; where a clock was set back between them, nobody knows when, and it counts to the end. */
static int
take_version(void *ctx, const struct event *event)
{
	struct versions *versions = ctx;
	struct verify_rosters *rosters = versions->rosters;
	const uint8_t *sha256 = event->entry + EVENT_FACT_AT;
	AUTO_FREE char *path = NULL;
	char hex[2 * SECRET_SHA256 + 1];
	struct evidence_roster *roster, *last;

	if (!event->is_fact)
		return 0;
	path = place_path(versions->place->dir, "versions", id_hex(sha256, SECRET_SHA256, hex));
	roster = add(rosters);
	last = rosters->count > 1 ? &rosters->items[rosters->count - 2] : NULL;
	if (last != NULL && event->time_us >= last->from_us)
		last->until_us = event->time_us + LATE_US;
	roster->from_us = event->time_us;
	roster->is_known = read_version(path, sha256, &roster->roster);
	return 0;
}

int
verify_rosters_open(struct verify_rosters *rosters, const struct verify_place *place)
{
	AUTO_FREE char *beside = place_path(place->dir, "../etc", "approvers");
	struct versions versions = { rosters, place };
	const char *path;
	int r = STATUS_OK;

	*rosters = (struct verify_rosters){ 0 };
	for (int i = 0; r == STATUS_OK && (path = cli_nth(place->cli, "roster", i)) != NULL; i++)
		r = add_file(rosters, place->cli, path);
	if (r != STATUS_OK || rosters->count > 0)
		return r;
	r = event_versions(place->store, ROSTER_VERSION, take_version, &versions);
	if (r < 0)
		return cli_fail(place->cli, cli_status(r), "%s: %s", place->dir, err_text(r));
	for (size_t i = 0; i < rosters->count; i++)
		if (rosters->items[i].is_known)
			return STATUS_OK;
	verify_rosters_done(rosters);
	*rosters = (struct verify_rosters){ 0 };
	if (place->roster != NULL && access(place->roster, R_OK) == 0)
		return add_file(rosters, place->cli, place->roster);
	return access(beside, R_OK) == 0 ? add_file(rosters, place->cli, beside) : STATUS_OK;
}
