/* SPDX-License-Identifier: ISC */
/* The log measured: durable events with tree and signed heads, the check of a large log, a proof out of it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/head.h"
#include "lib/store/verify.h"
#include "recorder/gate/signer.h"

#define ALONE	2000
#define BATCH	1000
#define PROOFS	1000
#define TEXT	270	/* bytes of a text: sealed 310 */

struct log {
	struct store	*store;
	struct signer	*signer;
	int64_t		 now_us;
};

static double
seconds(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void
must(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, err_text(r));
	exit(1);
}

/* One transaction, and a head over it. */
static void
append(struct log *log, int count)
{
	static char text[TEXT];
	struct event_new event = { .type = 1, .time_us = log->now_us, .class = "standard", .number = EVENT_NO_NUMBER, .text = text, .text_bytes = sizeof text };
	int64_t seq;

	{
		AUTO_TXN struct txn txn = { 0 };

		must(txn_begin(&txn, log->store), "a transaction");
		for (int i = 0; i < count; i++)
			must(event_append(log->store, &event, &seq), "an event");
		must(txn_commit(&txn), "a commit");
	}
	log->now_us += CLOCK_US / 1000;
	must(signer_tick(log->signer, log->store, log->now_us), "a head");
}

static void
verify(struct log *log, const char *dir)
{
	AUTO_FREE char *path = place_path(dir, "log.pub", NULL), *text = NULL;
	struct verify_report report;
	struct note_key key;
	const struct verify_trust trust = { .key = &key };
	double began;

	must(fdio_slurp_path(path, 4096, &text, NULL), "log.pub");
	text[strcspn(text, "\n")] = '\0';
	must(note_key_parse(text, &key), "log.pub");
	began = seconds();
	must(verify_log(log->store, &trust, &report), "verify");
	printf("| verify of %" PRId64 " entries, %" PRId64 " heads (%s) | %.2f s | 10 s for 1000000 |\n", report.entries, report.heads,
	    verify_name(report.verdict), seconds() - began);
}

static void
prove(struct log *log)
{
	struct tree_source source = head_source(log->store);
	struct tree_proof proof;
	struct tree_head head;
	double began, worst = 0, all = 0;

	must(head_now(log->store, &head), "a head");
	for (uint64_t i = 0; i < PROOFS; i++) {
		double took;

		began = seconds();
		must(tree_prove_leaf(&source, i * 7919 * 7919 % head.size, head.size, &proof), "a proof");
		took = seconds() - began;
		all += took;
		worst = took > worst ? took : worst;
	}
	printf("| inclusion proof, mean (worst) of %d | %.2f ms (%.2f) | 5 ms |\n", PROOFS, all / PROOFS * 1e3, worst * 1e3);
}

int
main(int argc, char **argv)
{
	int entries = argc > 2 ? atoi(argv[2]) : 1000000;
	struct log log = { .now_us = clock_wall_us() };
	struct signer_moment at = { log.now_us, "standard" };
	bool is_broken;
	double began;

	if (argc < 2 || entries < BATCH)
		return fprintf(stderr, "usage: log EMPTY-FOLDER [ENTRIES]\n"), 2;
	secret_init();
	must(store_open(argv[1], STORE_CREATE, &log.store), argv[1]);
	must(signer_open(argv[1], "bench/postern", log.store, &log.signer), "the key");
	must(signer_begin(log.signer, log.store, &at, &is_broken), "the epoch");
	puts("| the log | figure | aim |\n|---|---|---|");
	began = seconds();
	for (int i = 0; i < ALONE; i++)
		append(&log, 1);
	printf("| durable events a second, each alone | %.0f | 1200 |\n", ALONE / (seconds() - began));
	began = seconds();
	for (int i = 0; i < entries / BATCH; i++)
		append(&log, BATCH);
	printf("| durable events a second, %d together | %.0f | 20000 |\n", BATCH, entries / BATCH * BATCH / (seconds() - began));
	verify(&log, argv[1]);
	prove(&log);
	signer_close(log.signer);
	store_close(log.store);
	return 0;
}
