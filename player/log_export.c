/* SPDX-License-Identifier: ISC */
/* postern log export: entries, their texts where they can be read, and signed heads, as one JSON object a line. */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event_json.h"
#include "lib/store/head.h"
#include "player/log.h"
#include "player/moment.h"
#include "player/out.h"

struct exporting {
	struct out	out;
	int64_t		since_us;
	int64_t		first;	/* entry from which on all is taken; -1: none yet */
};

static int
put_object(struct exporting *exporting, json_t *row)
{
	char *line = row != NULL ? json_dumps(row, JSON_COMPACT) : NULL;
	int r = line != NULL ? out_put_text(&exporting->out, line) : ERR_STORE;

	free(line);
	json_decref(row);
	return r < 0 ? r : out_put_text(&exporting->out, "\n");
}

static int
put_event(void *ctx, const struct event *event)
{
	struct exporting *exporting = ctx;
	AUTO_FREE char *line = NULL;
	int r;

	if (exporting->first < 0 && event->time_us < exporting->since_us)
		return 0;
	if (exporting->first < 0)
		exporting->first = event->seq;
	line = event_json(event, 0);
	r = line != NULL ? out_put_text(&exporting->out, line) : ERR_STORE;
	return r < 0 ? r : out_put_text(&exporting->out, "\n");
}

static int
put_head(void *ctx, const struct head *head)
{
	return put_object(ctx, json_pack("{s:I, s:I, s:s}", "head", (json_int_t)head->size, "time_us", (json_int_t)head->time_us, "note", head->note));
}

int
log_export(struct log_job *job)
{
	const struct event_filter all = { .type = -1 };
	struct exporting exporting = { .first = -1 };
	const char *since = cli_get(job->cli, "since");
	int r;

	if (since != NULL && moment_past(since, clock_wall_us(), &exporting.since_us) < 0)
		return cli_fail(job->cli, STATUS_USAGE, "'%s' is not a moment: write 7d (ago), 2026-11-20, 2026-11-20 14:00 or 14:00", since);
	r = out_open(&exporting.out, job->cli, cli_get(job->cli, "output"), NULL, false);
	if (r == STATUS_OK) {
		r = event_list(job->store, &all, put_event, &exporting);
		if (r == 0 && exporting.first >= 0)
			r = head_list(job->store, exporting.first, put_head, &exporting);
		if (r == 0)
			r = out_flush(&exporting.out);
		if (r < 0)
			r = cli_fail(job->cli, cli_status(r), "%s", err_text(r));
	}
	out_close(&exporting.out);
	return r;
}
