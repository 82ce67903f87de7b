/* SPDX-License-Identifier: ISC */
/* The log measured: durable events with tree and signed heads, the check of a large log, a proof out of it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
#define DISK_PIECE	24576	/* what one event and its head change, in pages */
#define DISK_PIECES	500
#define TEXT	270	/* bytes of a text: sealed 310 */

struct log {
	struct store	*store;
	struct signer	*signer;
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

/* Each transaction's head, in it. */
static int
seal(void *user)
{
	struct log *log = user;

	return signer_seal(log->signer, log->store, clock_wall_us());
}

static void
append(struct log *log, int count)
{
	static char text[TEXT];
	struct event_new event = { .type = 1, .time_us = clock_wall_us(), .class = "standard", .number = EVENT_NO_NUMBER, .text = text, .text_bytes = sizeof text };
	AUTO_TXN struct txn txn = { 0 };
	int64_t seq;

	must(txn_begin(&txn, log->store), "a transaction");
	for (int i = 0; i < count; i++)
		must(event_append(log->store, &event, &seq), "an event");
	must(txn_commit(&txn), "a commit");
}

/* What the disk allows: so many times a second a piece of a file that is there already is overwritten and on the disk. */
static double
disk(const char *dir)
{
	AUTO_FREE char *path = place_path(dir, "disk", NULL);
	AUTO_FD int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	static char page[DISK_PIECE];
	double began, took;

	must(fd < 0 ? -errno : 0, path);
	for (int i = 0; i < DISK_PIECES; i++)
		must(fdio_pwrite(fd, page, sizeof page, i * DISK_PIECE), path);
	must(fsync(fd) < 0 ? -errno : 0, path);
	began = seconds();
	for (int i = 0; i < DISK_PIECES; i++) {
		memset(page, i, sizeof page);
		must(fdio_pwrite(fd, page, sizeof page, i * DISK_PIECE), path);
		must(fdatasync(fd) < 0 ? -errno : 0, path);
	}
	took = seconds() - began;
	unlink(path);
	return DISK_PIECES / took;
}

/* Alone, with the disk's own figure before and after. */
static void
alone(struct log *log, const char *dir)
{
	double before = disk(dir), began = seconds(), took;

	for (int i = 0; i < ALONE; i++)
		append(log, 1);
	took = seconds() - began;
	printf("| durable events a second, each alone with its head | %.0f | 1200 |\n", ALONE / took);
	printf("| what the disk allows: writes of %d KiB with fdatasync a second, before and after | %.0f, %.0f | |\n", DISK_PIECE / 1024, before, disk(dir));
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
	struct log log = { 0 };
	struct signer_moment at = { clock_wall_us(), "standard" };
	bool is_broken;
	double began;

	if (argc < 2 || entries < BATCH)
		return fprintf(stderr, "usage: log EMPTY-FOLDER [ENTRIES]\n"), 2;
	secret_init();
	must(store_open(argv[1], STORE_CREATE, &log.store), argv[1]);
	must(signer_open(argv[1], "bench/postern", -1, log.store, &log.signer), "the key");
	must(signer_begin(log.signer, log.store, &at, &is_broken), "the epoch");
	store_seal_with(log.store, seal, &log);
	puts("| the log | figure | aim |\n|---|---|---|");
	alone(&log, argv[1]);
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
