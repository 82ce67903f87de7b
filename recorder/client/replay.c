/* SPDX-License-Identifier: ISC */
/* Plays a recording as fast as it can be read; time passes for the stream as it did in the session. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/record/agekey.h"
#include "lib/record/event.h"
#include "lib/record/format.h"
#include "lib/record/identity.h"
#include "lib/record/reader.h"
#include "recorder/client/replay.h"
#include "recorder/mask/mask_stream.h"

#define SIDE_MOST	1000	/* columns or rows */

bool
replay_is_recording(int fd)
{
	char magic[REC_MAGIC_BYTES];

	return pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic && memcmp(magic, REC_MAGIC, sizeof magic) == 0;
}

int
replay_open(const struct cli *cli, const char *path, struct replay *replay)
{
	struct rec_keyring keyring;
	int r = rec_source_files(&replay->source, path);

	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "cannot read %s: %s", path, err_text(r));
	replay->ring = age_ring_new();
	r = identity_load(cli, getenv("POSTERN_ROOT"), false, replay->ring);
	if (r != 0)
		return r;
	keyring = (struct rec_keyring){ .identities = replay->ring };
	r = rec_reader_open(&replay->source, &keyring, &replay->reader);
	return r < 0 ? cli_fail(cli, cli_status(r), "%s: %s", path, err_text(r)) : 0;
}

void
replay_done(struct replay *replay)
{
	rec_reader_free(replay->reader);
	age_ring_free(replay->ring);
	rec_source_done(&replay->source);
	*replay = (struct replay){ .now_us = 0 };
}

static int
side(uint16_t wanted, int otherwise)
{
	if (wanted == 0)
		return otherwise;
	return wanted < SIDE_MOST ? wanted : SIDE_MOST;
}

void
replay_size(const struct replay *replay, struct mask_params *params)
{
	const struct rec_info *info = rec_reader_info(replay->reader);

	params->cols = side(info->columns, params->cols);
	params->rows = side(info->rows, params->rows);
	params->is_any = info->columns == 0;	/* it had no terminal */
}

/* What the stream would have done by itself until then. */
static void
pass_time(struct replay *replay, struct mask_stream *stream, int64_t until_us)
{
	int64_t due = mask_stream_due(stream);

	while (due != 0 && due < until_us && due > replay->now_us) {
		replay->now_us = due;
		mask_stream_tick(stream, due);
		due = mask_stream_due(stream);
	}
	if (until_us > replay->now_us)
		replay->now_us = until_us;
}

static void
play(struct replay *replay, struct mask_stream *stream, const struct rec_event *event)
{
	uint16_t columns, rows;

	pass_time(replay, stream, event->t_us);
	if (event->kind == REC_OUTPUT || event->kind == REC_ERROR_OUTPUT)
		mask_stream_write(stream, event->bytes, event->count, replay->now_us);
	else if (event->kind == REC_RESIZE && rec_event_read_resize(event, &columns, &rows) == 0 && columns > 0 && rows > 0)
		mask_stream_resize(stream, side(columns, 1), side(rows, 1), replay->now_us);
}

int
replay_run(struct replay *replay, struct mask_stream *stream)
{
	struct rec_event event;
	int more;

	while ((more = rec_reader_next(replay->reader, &event)) > 0)
		play(replay, stream, &event);
	mask_stream_flush(stream, replay->now_us);
	return more;
}
