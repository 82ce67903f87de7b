/* SPDX-License-Identifier: ISC */
/* postern export: the recording, event by event, through the format that was asked for. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "player/commands.h"
#include "player/export.h"
#include "player/moment.h"
#include "player/tape.h"

static const struct export_format *const formats[] = {
	&export_raw, &export_input, &export_commands, &export_text, &export_screen, &export_asciicast, &export_trail,
};

#define FORMATS	(sizeof formats / sizeof formats[0])

const struct export_format *
export_find(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

/*
 * --as is said twice in a trial: `--as auditor --as screen`. A format's name is the format, any other word the person;
 * afterwards the option holds the person alone, as everybody else expects. NULL after a sentence.
 */
static const struct export_format *
take_format(struct cli *cli)
{
	const struct export_format *format = NULL;
	const char *person = NULL;
	const char *word;
	int option = 0;

	for (int n = 0; (word = cli_nth(cli, "as", n)) != NULL; n++) {
		if (export_find(word) != NULL)
			format = export_find(word);
		else
			person = word;
	}
	while (strcmp(cli->verb->options[option].name, "as") != 0)
		option++;
	cli->given[option] = person;
	if (format == NULL)
		cli_fail(cli, STATUS_USAGE, "%s%s: raw, input, commands, text, screen, asciicast or trail",
		    person != NULL ? person : "--as FORMAT is needed", person != NULL ? " is no format" : "");
	return format;
}

static int
read_limit(const struct cli *cli, const struct tape *tape, int64_t *limit_us)
{
	const struct moment_range range = { .start_wall_us = tape->info->start_wall_us,
		.length_us = tape->info->duration_us >= 0 ? tape->info->duration_us : INT64_MAX };

	*limit_us = INT64_MAX;
	if (cli_get(cli, "at") != NULL && moment_parse(cli_get(cli, "at"), &range, limit_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment: write 90s, 2m, 12:30 or 14:07:44", cli_get(cli, "at"));
	return STATUS_OK;
}

/* All events up to the limit. 0, or negative; that the reader met damage is no error here, the verdict tells it. */
static int
run_events(struct export *export, const struct export_format *format, int64_t limit_us)
{
	struct rec_event event;
	int r = format->begin != NULL ? format->begin(export) : 0;
	int got = 0;

	rec_reader_wants_undecided(export->tape->reader);	/* of a running one too: it is as of now */
	while (r == 0 && (got = rec_reader_next(export->tape->reader, &event)) == 1 && event.t_us <= limit_us) {
		export->t_us = event.t_us;
		r = format->event(export, &event);
	}
	if (r == 0 && format->end != NULL)
		r = format->end(export);
	if (r == 0)
		r = out_flush(&export->out);
	return r == 0 && got < 0 && got != ERR_REC_DAMAGED ? got : r;
}

static int
run_format(struct cli *cli, const struct export_format *format, struct tape *tape)
{
	struct export export = { .tape = tape };
	int64_t limit_us;
	int status = read_limit(cli, tape, &limit_us);
	int r;

	if (status != STATUS_OK)
		return status;
	status = out_open(&export.out, cli, cli_get(cli, "output"), cli->words[0], format->raw);
	if (status == STATUS_OK) {
		r = run_events(&export, format, limit_us);
		if (format->done != NULL)
			format->done(&export);
		status = tape_verdict(tape, tape->reader);
		if (r < 0)
			status = cli_fail(cli, cli_status(r), "%s: %s", cli->words[0], err_text(r));
	}
	out_close(&export.out);
	return status;
}

int
cmd_export(struct cli *cli)
{
	AUTO_TAPE struct tape tape = { 0 };
	const struct export_format *format = take_format(cli);
	char how[64];
	int status;

	if (format == NULL)
		return STATUS_USAGE;
	if (tape_is_login())
		return cli_fail(cli, STATUS_DENIED, "run it on your own machine with -H and this host");
	snprintf(how, sizeof how, "export as %s", format->name);
	tape_ask_reason(cli, cli->words[0]);
	status = tape_open(&tape, cli, cli->words[0], how);
	if (status == STATUS_OK)
		status = tape_needs(&tape, format->trail);
	return status != STATUS_OK ? status : run_format(cli, format, &tape);
}
