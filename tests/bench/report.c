/* SPDX-License-Identifier: ISC */
/* The tables. Each figure is a median with its lowest and highest round; ratios are of medians. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/bench/bench.h"

static const char *const load_names[LOAD_COUNT] = {
	[LOAD_LOG] = "log lines", [LOAD_COLOUR] = "colours", [LOAD_CJK] = "CJK text", [LOAD_SCREENS] = "full-screen programs",
	[LOAD_SECRETS] = "a secret on each line",
};

void
series_add(struct series *series, double value)
{
	if (series->count == series->room) {
		series->room = series->room > 0 ? 2 * series->room : 16;
		series->values = own_grow(series->values, series->room, sizeof *series->values);
	}
	series->values[series->count++] = value;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
series_at(const struct series *series, double part)
{
	size_t last = series->count > 0 ? series->count - 1 : 0, at = (size_t)(part * (double)last);
	double rest = part * (double)last - (double)at;

	if (series->count == 0)
		return 0;
	qsort(series->values, series->count, sizeof *series->values, compare);
	return at == last ? series->values[last] : series->values[at] * (1 - rest) + series->values[at + 1] * rest;
}

static const struct series *
figure(const struct bench *bench, enum peer_id id, unsigned which)
{
	return &bench->figures[id][which];
}

static double
median(const struct bench *bench, enum peer_id id, unsigned which)
{
	return series_at(figure(bench, id, which), 0.5);
}

/* One cell: "1.23 (1.10-1.40)", or a dash. */
static void
cell(const struct series *series, double times, int digits)
{
	if (series->count == 0)
		printf(" - |");
	else
		printf(" %.*f (%.*f-%.*f) |", digits, series_at(series, 0.5) * times, digits, series_at(series, 0) * times, digits,
		    series_at(series, 1) * times);
}

static void
ratio(double value, double of)
{
	if (value > 0 && of > 0)
		printf(" %.2f |", value / of);
	else
		printf(" - |");
}

static void
head(const char *title, const char *columns, int count)
{
	printf("\n**%s**\n\n| recorder | %s |\n|", title, columns);
	for (int i = 0; i <= count; i++)
		printf("---|");
	printf("\n");
}

static void
report_bulk(const struct bench *bench, enum load load)
{
	char title[128];

	if (bench->load_bytes[load] == 0)
		return;
	snprintf(title, sizeof title, "%s, %.1f MB%s", load_names[load], (double)bench->load_bytes[load] / 1e6,
	    load == LOAD_SCREENS ? ", drawn at their own pace" : " at once");
	head(title, "seconds | x bare | recorder's CPU, seconds | x sudo | size of the recording", 5);
	for (enum peer_id id = 0; id < PEER_GATE; id++) {
		if (figure(bench, id, FIG_WALL + load)->count == 0)
			continue;
		printf("| %s |", peers[id].name);
		cell(figure(bench, id, FIG_WALL + load), 1, 3);
		ratio(median(bench, id, FIG_WALL + load), median(bench, PEER_BARE, FIG_WALL + load));
		if (id == PEER_BARE) {
			printf(" - | - | - |\n");
			continue;
		}
		cell(figure(bench, id, FIG_CPU + load), 1, 3);
		ratio(median(bench, id, FIG_CPU + load), median(bench, PEER_SUDO, FIG_CPU + load));
		printf(" %.0f %% |\n", median(bench, id, FIG_SIZE + load) * 100);
	}
}

static void
report_echo(const struct bench *bench)
{
	head("Echo of a key, microseconds", "p50 (of the rounds) | x bare | x script | p90 | p99", 5);
	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		const struct series *keys = figure(bench, id, FIG_KEY);

		if (keys->count == 0)
			continue;
		printf("| %s |", peers[id].name);
		cell(figure(bench, id, FIG_ECHO), 1, 0);
		ratio(median(bench, id, FIG_ECHO), median(bench, PEER_BARE, FIG_ECHO));
		ratio(median(bench, id, FIG_ECHO), median(bench, PEER_SCRIPT, FIG_ECHO));
		printf(" %.0f | %.0f |\n", series_at(keys, 0.9), series_at(keys, 0.99));
	}
}

static void
report_start(const struct bench *bench)
{
	head("Start-up, round a program that prints a word and ends, milliseconds",
	    "until the word is shown | over bare | until all is over | over bare", 4);
	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		const struct series *shown = figure(bench, id, FIG_SHOWN), *over = figure(bench, id, FIG_START);

		if (over->count == 0)
			continue;
		printf("| %s |", peers[id].name);
		cell(shown, 1, 1);
		printf(" %.1f |", series_at(shown, 0.5) - median(bench, PEER_BARE, FIG_SHOWN));
		cell(over, 1, 1);
		printf(" %.1f |\n", series_at(over, 0.5) - median(bench, PEER_BARE, FIG_START));
	}
}

static void
report_memory(const struct bench *bench)
{
	char title[128];

	snprintf(title, sizeof title, "Memory, MiB PSS of all processes of a session; a line a second each");
	head(title, "processes | one session alone | a session of many | x sudo", 4);
	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		if (figure(bench, id, FIG_CROWD)->count == 0)
			continue;
		printf("| %s | %.0f | %.2f | %.2f |", peers[id].name, median(bench, id, FIG_PROCESSES), median(bench, id, FIG_ALONE),
		    median(bench, id, FIG_CROWD));
		ratio(median(bench, id, FIG_CROWD), median(bench, PEER_SUDO, FIG_CROWD));
		printf("\n");
	}
	printf("\n(%d sessions at one time.)\n", bench->sessions);
}

static void
report_masking(const struct bench *bench)
{
	head("Masking alone, all rules that come with Postern", "MB a second of processor time | MB/s | microseconds for a write of one byte", 3);
	for (enum load load = 0; load < LOAD_COUNT; load++) {
		if (bench->redact_cpu[load].count == 0)
			continue;
		printf("| %s |", load_names[load]);
		cell(&bench->redact_cpu[load], 1, 1);
		cell(&bench->redact_wall[load], 1, 1);
		cell(&bench->byte_us[load], 1, 2);
		printf("\n");
	}
	printf("\n(The screen of 80x24 takes %.1f KiB, the stream with it %.1f KiB.)\n", (double)bench->screen_bytes / 1024,
	    (double)bench->stream_bytes / 1024);
}

/* One aim: what it says, what came out. */
static void
aim(const char *what, double value, double most, const char *unit)
{
	if (value > 0)
		printf("| %s | %.2f%s | %.2f%s | %s |\n", what, value, unit, most, unit, value <= most ? "yes" : "no");
	else
		printf("| %s | - | %.2f%s | not measured |\n", what, most, unit);
}

static void
aim_least(const char *what, double value, double least, const char *unit)
{
	if (value > 0)
		printf("| %s | %.2f%s | at least %.2f%s | %s |\n", what, value, unit, least, unit, value >= least ? "yes" : "no");
}

static void
aims_masking(const struct bench *bench)
{
	char text[128];

	for (enum load load = 0; load < LOAD_COUNT; load++) {
		if (mask_throughput_least(load) > 0) {
			snprintf(text, sizeof text, "postern redact, %s", load_names[load]);
			aim_least(text, series_at(&bench->redact_cpu[load], 0.5), mask_throughput_least(load), " MB/s of a processor");
		}
	}
	aim("a write of one byte, log lines", series_at(&bench->byte_us[LOAD_LOG], 0.5), 5, " us");
	aim("a write of one byte, a secret on each line", series_at(&bench->byte_us[LOAD_SECRETS], 0.5), 5, " us");
	aim("memory of the screen at 80x24", (double)bench->screen_bytes / 1024, 64, " KiB");
}

static double
quotient(double value, double of)
{
	return of > 0 ? value / of : 0;
}

static void
report_aims(const struct bench *bench)
{
	double bare = median(bench, PEER_BARE, FIG_SHOWN), start = median(bench, PEER_RECORD, FIG_SHOWN);
	double gate = median(bench, PEER_GATE, FIG_SHOWN), whole = median(bench, PEER_RECORD, FIG_START), script = median(bench, PEER_SCRIPT, FIG_ECHO);
	static const char *const cpu[LOAD_COUNT] = {
		[LOAD_LOG] = "CPU of log lines, of sudo's", [LOAD_COLOUR] = "CPU of colours, of sudo's", [LOAD_CJK] = "CPU of CJK text, of sudo's",
	};

	printf("\n| aim | measured | at most | met |\n|---|---|---|---|\n");
	aims_masking(bench);
	aim("start-up of postern record over the bare pty", start > 0 ? start - bare : 0, 6, " ms");
	aim("the same with its end", whole > 0 ? whole - median(bench, PEER_BARE, FIG_START) : 0, 6, " ms");
	aim("the start-up masked", median(bench, PEER_MASKED, FIG_SHOWN) - bare, 6, " ms");
	aim("memory of postern record, masked, of many", median(bench, PEER_MASKED, FIG_CROWD), 2, " MiB");
	aim("start-up of a gate's session over the bare pty", gate > 0 ? gate - bare : 0, 6, " ms");
	aim("memory of a gate's session, of many", median(bench, PEER_GATE, FIG_CROWD), 2, " MiB");
	aim("echo p50 of postern record, of script's", quotient(median(bench, PEER_RECORD, FIG_ECHO), script), 1.2, "");
	aim("echo p50 of postern record, masked, of unmasked", quotient(median(bench, PEER_MASKED, FIG_ECHO), median(bench, PEER_RECORD, FIG_ECHO)), 1.1, "");
	aim("bulk log masked, of script's wall time", quotient(median(bench, PEER_MASKED, FIG_WALL + LOAD_LOG), median(bench, PEER_SCRIPT, FIG_WALL + LOAD_LOG)), 2, "");
	aim("echo p50 of a gate's session, of script's", quotient(median(bench, PEER_GATE, FIG_ECHO), script), 1.2, "");
	for (enum load load = 0; load < LOAD_SCREENS; load++)
		aim(cpu[load], quotient(median(bench, PEER_RECORD, FIG_CPU + load), median(bench, PEER_SUDO, FIG_CPU + load)), 0.5, "");
}

void
report(const struct bench *bench)
{
	printf("\nLoad average before the rounds %.2f to %.2f; other work used %.2f processors meanwhile.\n", bench->load_low,
	    bench->load_high, bench->others);
	if (bench->is_masking) {
		printf("\n| aim | measured | at most | met |\n|---|---|---|---|\n");
		aims_masking(bench);
		report_masking(bench);
		return;
	}
	report_aims(bench);
	report_masking(bench);
	for (enum load load = 0; load < LOAD_RECORDED; load++)
		report_bulk(bench, load);
	report_echo(bench);
	report_start(bench);
	report_memory(bench);
}
