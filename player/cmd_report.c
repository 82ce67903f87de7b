/* SPDX-License-Identifier: ISC */
/* postern report. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "player/commands.h"
#include "player/moment.h"
#include "player/report.h"
#include "player/tape.h"

#define USUAL_US	(30 * INT64_C(86400) * CLOCK_US)	/* without --from and --last */
#define DAY_US		(INT64_C(86400) * CLOCK_US)
#define SAMPLE_MOST	100000
#define DATE_LENGTH	10	/* 2026-11-20 */

static const char *const forms[REPORT_FORMS] = { "text", "csv", "json", "html" };

/* How it is to be written. */
struct wish {
	enum report_form	form;
	int			table;	/* -1: all, where a form holds several */
	const char		*bundle;
	char			seed[ID_TEXT];	/* made, if none is given */
};

static int
read_time(const struct cli *cli, struct report *report)
{
	int64_t last_s = 0;
	int r = moment_option(cli, "to", &report->end_us);

	if (r == STATUS_OK && cli_has(cli, "last") && (cli_has(cli, "from") || cli_has(cli, "to")))
		r = cli_fail(cli, STATUS_USAGE, "give --last, or --from and --to");
	if (r == STATUS_OK)
		r = client_span(cli, "last", &last_s);
	if (r != STATUS_OK)
		return r;
	report->from_us = (report->end_us != 0 ? report->end_us : report->made_us) - (last_s != 0 ? last_s * CLOCK_US : USUAL_US);
	if (report->from_us < 0)
		report->from_us = 0;
	r = moment_option(cli, "from", &report->from_us);
	if (r == STATUS_OK && report->from_us >= (report->end_us != 0 ? report->end_us : report->made_us))
		r = cli_fail(cli, STATUS_USAGE, "the time begins when it has ended already");
	return r;
}

/* A date alone means the end of that day, as far as it has come. */
static int
read_could(const struct cli *cli, struct report *report)
{
	const char *text = cli_get(cli, "who-could");
	int r = moment_option(cli, "who-could", &report->could_us);

	if (text == NULL || r != STATUS_OK)
		return r;
	if (strlen(text) == DATE_LENGTH && text[4] == '-')
		report->could_us += DAY_US - 1;
	if (report->could_us > report->made_us)
		report->could_us = report->made_us;
	return STATUS_OK;
}

static int
read_sample(const struct cli *cli, struct report *report, struct wish *wish)
{
	const char *text = cli_get(cli, "sample");
	struct id seed = id_new();

	report->seed = cli_has(cli, "seed") ? cli_get(cli, "seed") : id_text(&seed, wish->seed);
	if (text == NULL)
		return cli_has(cli, "seed") ? cli_fail(cli, STATUS_USAGE, "a seed draws a sample: say how many with --sample N") : STATUS_OK;
	report->sample = strspn(text, "0123456789") == strlen(text) && strlen(text) <= 6 ? strtoll(text, NULL, 10) : 0;
	if (report->sample < 1 || report->sample > SAMPLE_MOST)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a number of sessions from 1 to %d", text, SAMPLE_MOST);
	return STATUS_OK;
}

static int
read_form(const struct cli *cli, struct wish *wish)
{
	const char *form = cli_get(cli, "format"), *table = cli_get(cli, "table");

	wish->table = -1;
	wish->form = cli_has(cli, "json") ? REPORT_JSON : REPORT_TEXT;
	for (int i = 0; form != NULL && (i == 0 || strcmp(form, forms[wish->form]) != 0); i++) {
		if (i == REPORT_FORMS)
			return cli_fail(cli, STATUS_USAGE, "'%s' is none of text, csv, json, html", form);
		wish->form = (enum report_form)i;
	}
	for (int i = 0; table != NULL && wish->table < 0; i++) {
		if (i == REPORT_TABLES)
			return cli_fail(cli, STATUS_USAGE, "there is no table '%s'; `report --help` and the manual name them", table);
		if (strcmp(table, report_table_kind((enum report_table)i)->name) == 0)
			wish->table = i;
	}
	wish->bundle = cli_get(cli, "bundle");
	if (wish->bundle != NULL && (cli_has(cli, "output") || form != NULL))
		return cli_fail(cli, STATUS_USAGE, "a bundle has all forms; leave out --format and -o");
	if ((wish->bundle != NULL || cli_has(cli, "output")) && tape_is_login())
		return cli_fail(cli, STATUS_DENIED, "through a login no file of this machine is written; run it on your own machine with -H and this host");
	return STATUS_OK;
}

static int
read_options(const struct cli *cli, struct report *report, struct wish *wish)
{
	int r;

	report->made_us = clock_wall_us();
	report->person = cli_get(cli, "person");
	report->role = cli_get(cli, "role");
	report->ticket = cli_get(cli, "ticket");
	report->reason = cli_has(cli, "reason") ? cli_get(cli, "reason") : "";
	r = read_time(cli, report);
	if (r == STATUS_OK)
		r = read_could(cli, report);
	if (r == STATUS_OK)
		r = read_sample(cli, report, wish);
	return r == STATUS_OK ? read_form(cli, wish) : r;
}

static int
write_out(struct report *report, const struct wish *wish)
{
	struct out out;
	int r = out_open(&out, report->cli, cli_get(report->cli, "output"), NULL, false);

	if (r == STATUS_OK) {
		report->only = wish->table;
		r = report_write(report, wish->form, wish->table < 0 ? REPORT_SESSIONS : (enum report_table)wish->table, &out);
		if (r == 0)
			r = out_flush(&out);
		if (r < 0)
			r = cli_fail(report->cli, STATUS_FAILED, "%s", err_text(r));
	}
	out_close(&out);
	return r;
}

/* A report that is not complete is printed; its exit status tells. */
static int
make(struct report *report, const struct wish *wish)
{
	int worst = STATUS_OK, r = report_ask(report);

	if (r == STATUS_OK && report->could_us != 0)
		r = report_ask_could(report);
	if (r != STATUS_OK)
		return r;
	report_prove(report);
	report_pick(report);
	if (cli_has(report->cli, "commands"))
		worst = report_ask_commands(report);
	if (worst == STATUS_KEY)
		return worst;
	report_tables(report);
	r = wish->bundle != NULL ? report_bundle(report, wish->bundle) : write_out(report, wish);
	if (r == STATUS_OK && !report->proof.is_fine)
		r = cli_fail(report->cli, STATUS_GAP, "the report is not complete: %s", report->proof.why);
	return r == STATUS_OK ? worst : r;
}

int
cmd_report(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct report report AUTO(report_done) = { .cli = cli, .client = &client, .only = -1 };
	struct wish wish;
	int r = read_options(cli, &report, &wish);

	if (r == STATUS_OK)
		r = client_open(&client, cli);
	return r == STATUS_OK ? make(&report, &wish) : r;
}
