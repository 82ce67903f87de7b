/* SPDX-License-Identifier: ISC */
/* make bench: recorders side by side, in interleaved rounds. tests/bench/README.md says how and why so. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/secret.h"
#include "tests/bench/bench.h"

#define NICE	(-10)

static void
usage(void)
{
	printf("usage: bench [options]\n\n"
	    "  --programs DIR    folder of postern and postern-worker (default: recorder)\n"
	    "  --child FILE      the recorded program (default: tests/bench/child)\n"
	    "  --captures DIR    folder of terminal captures (default: none, the test is left out)\n"
	    "  --rounds N        (7)\n"
	    "  --megabytes N     of log lines a round; colours and CJK a quarter of it each (16)\n"
	    "  --keys N          a round and recorder (300)\n"
	    "  --starts N        a round and recorder (5)\n"
	    "  --sessions N      at one time, for memory (20)\n"
	    "  --masking         only what masking alone costs\n"
	    "  --quick           two small rounds, to see whether it works\n");
}

static int
take_number(const char *text, int most)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*end != '\0' || number < 1 || number > most) {
		fprintf(stderr, "bench: '%s' is not a number from 1 to %d\n", text, most);
		exit(2);
	}
	return (int)number;
}

static void
be_quick(struct bench *bench)
{
	bench->rounds = 2;
	bench->megabytes = 4;
	bench->keys = 50;
	bench->starts = 2;
	bench->sessions = 5;
}

static void
take_options(struct bench *bench, int argc, char **argv)
{
	static const struct option options[] = {
		{ "programs", required_argument, NULL, 'p' }, { "child", required_argument, NULL, 'c' },
		{ "captures", required_argument, NULL, 'g' }, { "rounds", required_argument, NULL, 'r' },
		{ "megabytes", required_argument, NULL, 'm' }, { "keys", required_argument, NULL, 'k' },
		{ "starts", required_argument, NULL, 's' }, { "sessions", required_argument, NULL, 'n' },
		{ "masking", no_argument, NULL, 'x' }, { "quick", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
	};
	int got;

	while ((got = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (got) {
		case 'p': bench->programs = optarg; break;
		case 'c': snprintf(bench->child, sizeof bench->child, "%s", optarg); break;
		case 'g': bench->captures = optarg; break;
		case 'r': bench->rounds = take_number(optarg, 1000); break;
		case 'm': bench->megabytes = take_number(optarg, 1000); break;
		case 'k': bench->keys = take_number(optarg, 100000); break;
		case 's': bench->starts = take_number(optarg, 1000); break;
		case 'n': bench->sessions = take_number(optarg, 60); break;
		case 'x': bench->is_masking = true; break;
		case 'q': be_quick(bench); break;
		case 'h': usage(); exit(0);
		default: usage(); exit(2);
		}
	}
	if (optind < argc) {
		usage();
		exit(2);
	}
}

/* The folders must be found from the temporary one too. */
static void
make_absolute(struct bench *bench)
{
	char *path = realpath(bench->child, NULL);

	if (path != NULL)
		snprintf(bench->child, sizeof bench->child, "%s", path);
	free(path);
	path = realpath(bench->programs, NULL);
	bench->programs = path != NULL ? path : bench->programs;	/* lives until the end */
}

/* Processor seconds used on this machine, by all and by us. */
static void
busy(double *all, double *own)
{
	struct rusage self, children;
	unsigned long long part[8] = { 0 };
	FILE *file = fopen("/proc/stat", "r");

	if (file != NULL && fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &part[0], &part[1], &part[2], &part[3],
	    &part[4], &part[5], &part[6], &part[7]) != 8)
		part[0] = 0;
	if (file != NULL)
		fclose(file);
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	*all = (double)(part[0] + part[1] + part[2] + part[5] + part[6] + part[7]) / (double)sysconf(_SC_CLK_TCK);
	*own = (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
	    (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec + children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
}

static void
say_machine(const struct bench *bench)
{
	struct utsname system;
	char date[32], model[128] = "", line[256];
	time_t at = time(NULL);
	struct tm tm;
	FILE *file = fopen("/proc/cpuinfo", "r");

	while (file != NULL && model[0] == '\0' && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "model name : %127[^\n]", model) != 1)
			model[0] = '\0';
	if (file != NULL)
		fclose(file);
	uname(&system);
	strftime(date, sizeof date, "%Y-%m-%d %H:%M", localtime_r(&at, &tm));
	printf("%s, %ld processors (%s), Linux %s; %d rounds.\n\n", date, sysconf(_SC_NPROCESSORS_ONLN), model, system.release, bench->rounds);
	peers_versions(bench);
	fflush(stdout);
}

static void
note_load(struct bench *bench, int round)
{
	double load;

	if (getloadavg(&load, 1) != 1)
		return;
	bench->load_low = round == 0 || load < bench->load_low ? load : bench->load_low;
	bench->load_high = round == 0 || load > bench->load_high ? load : bench->load_high;
	fprintf(stderr, "bench: round %d of %d, load average %.2f\n", round + 1, 2 * bench->rounds, load);
}

/*
 * The gate runs only while its sessions are measured: before, all that is reaped is a recorder's. Half the rounds are
 * bulk, half are keys and starts.
 */
static void
measure(struct bench *bench)
{
	double all[2], own[2], began = now();

	busy(&all[0], &own[0]);
	for (int round = 0; round < bench->rounds; round++) {
		task_redact(bench);
		task_bytes(bench);
	}
	if (bench->is_masking) {
		busy(&all[1], &own[1]);
		bench->others = (all[1] - all[0] - (own[1] - own[0])) / (now() - began);
		return;
	}
	for (int round = 0; round < bench->rounds; round++) {
		note_load(bench, round);
		for (enum load load = 0; load < LOAD_RECORDED; load++)
			task_bulk(bench, load);
	}
	(void)gate_begin(bench);
	for (int round = 0; round < bench->rounds; round++) {
		note_load(bench, bench->rounds + round);
		task_echo(bench);
		task_start(bench);
	}
	busy(&all[1], &own[1]);
	bench->others = (all[1] - all[0] - (own[1] - own[0])) / (now() - began);
	task_crowd(bench);
	gate_end(bench);
}

int
main(int argc, char **argv)
{
	struct bench bench = { .rounds = 7, .keys = 300, .starts = 5, .sessions = 20, .megabytes = 16, .programs = "recorder",
		.child = "tests/bench/child", .dir = "/tmp/postern-bench-XXXXXX" };

	take_options(&bench, argc, argv);
	make_absolute(&bench);
	secret_init();
	if (mkdtemp(bench.dir) == NULL || chmod(bench.dir, 0755) < 0 || clean_begin(bench.dir) < 0) {
		perror("bench: cannot prepare a folder below /tmp");
		return 1;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (setpriority(PRIO_PROCESS, 0, NICE) < 0)
		fprintf(stderr, "bench: not allowed to run before others (nice %d); wall times will vary more\n", NICE);
	if (peers_begin(&bench) < 0 || load_make(&bench) < 0) {
		perror("bench: cannot prepare");
		clean_end();
		return 1;
	}
	say_machine(&bench);
	measure(&bench);
	report(&bench);
	clean_end();
	return 0;
}
