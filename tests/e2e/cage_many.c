/* SPDX-License-Identifier: ISC */
/* Ending, again and again: what fails once in twenty fails on somebody's bastion each day. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"

#define RUNS		20
#define RUNS_BY_HAND	4	/* without namespaces it is best effort, and says so; and it takes long */

/* What a session consists of when it is ended. */
struct load {
	const char	*probe, *count;
	long		 killed;	/* all of it, the probe included; 0: as many as are caught, in trial mode perhaps not counted */
};

static bool
end_once(enum cage_mode mode, const struct load *load, int64_t *took_us)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.role.pids_max = 1200;
	cage_run_probe(&cage, load->probe, load->count, NULL);
	if (!cage_running(&cage))
		return false;
	text = cage_output(&cage, "swarm ready");
	cage_check_word(text, "swarm ready");
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check_receipt(&cage, load->killed > 0 ? load->killed : (long)cage.receipt.killed);
	cage_check(cage.receipt.killed > 0 || (mode == CAGE_TRIAL && cage.receipt.killed == -1), "nobody was killed");
	cage_check(cage_alive(&cage) == 0, "%d are left after the receipt", cage_alive(&cage));
	cage_check(cage_done(&cage) == 0, "the warden fails");
	*took_us = cage.receipt.took_us > *took_us ? cage.receipt.took_us : *took_us;
	return cage_case.fine;
}

static void
end_often(enum cage_mode mode, const struct load *load)
{
	const int runs = mode == CAGE_FALLBACK ? RUNS_BY_HAND : RUNS;
	int64_t most_us = 0;
	int run = 0;

	while (run < runs && end_once(mode, load, &most_us))
		run++;
	cage_check(run == runs, "run %d of %d", run + 1, runs);
	printf("# %d runs, the longest end took %lld us\n", run, (long long)most_us);
}

static void
one_process_never_survives_again_and_again(enum cage_mode mode)
{
	end_often(mode, &(const struct load){ "swarm", "0", 1 });
}

/* All but one in sessions of their own by two forks, deaf to TERM, HUP and INT. */
static void
of_a_hundred_processes_none_survives_again_and_again(enum cage_mode mode)
{
	end_often(mode, &(const struct load){ "swarm", "99", 100 });
}

static void
of_a_thousand_processes_none_survives_again_and_again(enum cage_mode mode)
{
	end_often(mode, &(const struct load){ "swarm", "999", 1000 });
}

static void
of_a_hundred_and_fifty_that_fork_and_flee_none_survives_again_and_again(enum cage_mode mode)
{
	end_often(mode, &(const struct load){ "chase", "150", 0 });
}

const struct cage_test cage_many[] = {
	CAGE_EVASION("F8", one_process_never_survives_again_and_again, IN_ALL, false),
	CAGE_EVASION("F8", of_a_hundred_processes_none_survives_again_and_again, IN_ALL, false),
	CAGE_EVASION("F8", of_a_thousand_processes_none_survives_again_and_again, IN_ALL, false),
	CAGE_EVASION("F8", of_a_hundred_and_fifty_that_fork_and_flee_none_survives_again_and_again, IN_ALL, false),
	CAGE_LAST
};
