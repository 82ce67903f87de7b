/* SPDX-License-Identifier: ISC */
/* Bytes as they were: what was shown, or what was typed. */
#include "config.h"

#include "lib/record/event.h"
#include "player/export.h"

static int
put_output(struct export *export, const struct rec_event *event)
{
	if (event->kind != REC_OUTPUT && event->kind != REC_ERROR_OUTPUT)
		return 0;
	return out_put(&export->out, event->bytes, event->count);
}

static int
put_input(struct export *export, const struct rec_event *event)
{
	struct rec_typed typed;

	return rec_event_read_typed(event, &typed) == 0 && typed.bytes != NULL ? out_put(&export->out, typed.bytes, typed.count) : 0;
}

const struct export_format export_raw = { .name = "raw", .raw = true, .event = put_output };
const struct export_format export_input = { .name = "input", .raw = true, .event = put_input };
