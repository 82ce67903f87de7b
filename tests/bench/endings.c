/* SPDX-License-Identifier: ISC */
/*
 * How long a session takes to end, from the order to the last process gone, as the warden's own receipt says it: one
 * process, a hundred, a thousand (in sessions of their own, deaf to what can be ignored), and 150 that fork and flee.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"
#include "tests/e2e/cage_probe.h"

#define RUNS	20

static const struct {
	const char	*name, *probe, *count;
} loads[] = {
	{ "1 process", "swarm", "0" }, { "100 processes", "swarm", "99" }, { "1000 processes", "swarm", "999" },
	{ "150 that fork and flee", "chase", "150" },
};

static const char *const modes[] = { [CAGE_ROOT] = "installed", [CAGE_TRIAL] = "trial", [CAGE_FALLBACK] = "trial without namespaces" };

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Microseconds; -1 if it could not be measured. What survived is added. */
static int64_t
end_once(enum cage_mode mode, const char *probe, const char *count, int64_t *survivors)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.role.pids_max = 1200;
	cage_run_probe(&cage, probe, count, NULL);
	if (!cage_running(&cage))
		return -1;
	text = cage_output(&cage, "swarm ready");
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	*survivors += cage.receipt.survivors + cage_alive(&cage);
	cage_done(&cage);
	return cage.receipt.what == WARDEN_RECEIPT ? cage.receipt.took_us : -1;
}

static bool
measure(enum cage_mode mode, const char *probe, const char *count)
{
	int64_t took_us[RUNS];
	int64_t survivors = 0;

	for (size_t i = 0; i < RUNS; i++) {
		took_us[i] = end_once(mode, probe, count, &survivors);
		if (took_us[i] < 0)
			return false;
	}
	qsort(took_us, RUNS, sizeof took_us[0], by_size);
	printf(" %.1f (%.1f)%s |", (double)took_us[RUNS / 2] / 1000, (double)took_us[RUNS - 1] / 1000, survivors == 0 ? "" : " SURVIVORS");
	fflush(stdout);
	return survivors == 0;
}

static int
measure_all(void)
{
	const enum cage_mode first = geteuid() == 0 ? CAGE_ROOT : CAGE_TRIAL;
	bool good = true;

	printf("| ending, ms: median (longest) of %d |", RUNS);
	for (enum cage_mode mode = first; mode <= CAGE_FALLBACK; mode++)
		printf(" %s |", modes[mode]);
	printf("\n|---|---|---|%s\n", first == CAGE_ROOT ? "---|" : "");
	for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
		printf("| %s |", loads[i].name);
		for (enum cage_mode mode = first; mode <= CAGE_FALLBACK; mode++)
			good = measure(mode, loads[i].probe, loads[i].count) && good;
		printf("\n");
	}
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *why;
	int status;

	if (argc > 1)
		return cage_probe(argc, argv);
	why = cage_site_make(&cage_case.site);
	if (why == NULL) {
		snprintf(cage_case.probe, sizeof cage_case.probe, "%s/probe", cage_case.site.root);
		status = measure_all();
	} else {
		fprintf(stderr, "endings: %s\n", why);
		status = 1;
	}
	cage_site_done(&cage_case.site);
	return status;
}
