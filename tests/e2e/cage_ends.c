/* SPDX-License-Identifier: ISC */
/* Every way in which a session ends, and that nothing of it is left then. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"

/* True if there was one. A warden that was killed leaves its empty one behind; a later warden would sweep it. */
static bool
remove_cgroup(const char *id)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[128];
	bool found = false;

	for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
		snprintf(path, sizeof path, "%s/postern/%s", mounts[i], id);
		found |= rmdir(path) == 0;
	}
	return found;
}

static void
an_order_kills_all_and_counts_them(enum cage_mode mode)
{
	static const char *const counts[] = { "0", "1", "100" };

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct cage cage;

		if (!cage_swarming(&cage, mode, counts[i], NULL))
			return;
		cage_order_end(&cage);
		cage_hear(&cage, WARDEN_RECEIPT);
		cage_check(cage_alive(&cage) == 0, "%d are left after the receipt", cage_alive(&cage));
		cage_check_receipt(&cage, atoi(counts[i]) + 1);
		printf("# %s processes ended in %lld us\n", counts[i], (long long)cage.receipt.took_us);
		cage_check(cage_done(&cage) == 0, "the warden fails");
		cage_check(access(cage.start.inside_dir, F_OK) < 0, "the session's folder is left");
		cage_check(!remove_cgroup(cage.id), "the session's cgroup is left");
	}
}

static void
what_the_command_leaves_behind_is_killed(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "20", "and leave"))
		return;
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check(cage.exited.exit_status == 7, "status %d", cage.exited.exit_status);
	cage_check_receipt(&cage, 20);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

static void
processes_that_fork_and_flee_are_caught(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	cage_init(&cage, &cage_case.site, mode);
	cage_run_probe(&cage, "chase", "30", NULL);
	if (!cage_running(&cage))
		return;
	text = cage_output(&cage, "swarm ready");
	cage_order_end(&cage);
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_check(cage.receipt.survivors == 0, "%lld survivors", (long long)cage.receipt.survivors);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	printf("# at least %lld that fled ended in %lld us\n", (long long)cage.receipt.killed, (long long)cage.receipt.took_us);
	cage_done(&cage);
}

static void
the_death_of_the_warden_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "20", NULL))
		return;
	kill(cage.warden, SIGKILL);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
	remove_cgroup(cage.id);
}

static void
the_death_of_init_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "20", NULL))
		return;
	kill((pid_t)cage.running.pid, SIGKILL);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check(cage.exited.exit_status == 137, "status %d", cage.exited.exit_status);
	cage_check_receipt(&cage, mode == CAGE_FALLBACK ? 21 : -1);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

static void
the_end_of_the_worker_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "20", NULL))
		return;
	own_close(&cage.link);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_check(cage_done(&cage) == 0, "the warden fails");
}

static void
a_signal_to_the_warden_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "5", NULL))
		return;
	kill(cage.warden, SIGTERM);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check_receipt(&cage, 6);
	cage_check(cage_done(&cage) == 0, "the warden fails");
}

static void
two_seconds_after_the_deadline_the_warden_acts(enum cage_mode mode)
{
	struct cage cage;
	int64_t deadline = clock_boot_us() + 200000;
	int64_t late;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.deadline_boot_us = deadline;
	cage_run_probe(&cage, "swarm", "3", NULL);
	if (!cage_running(&cage))
		return;
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	late = clock_boot_us() - deadline;
	cage_check(late >= 2 * CLOCK_US, "after %lld us already", (long long)late);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

/* Starts with one deadline, is given another, and must end, but not before 2 s after `ends_us`. */
static void
moved_deadline(enum cage_mode mode, int64_t first_us, int64_t second_us, int64_t ends_us)
{
	struct cage cage;
	int64_t now = clock_boot_us();

	cage_init(&cage, &cage_case.site, mode);
	cage.start.deadline_boot_us = now + first_us;
	cage.start.role.most_s = 1;
	cage_run_probe(&cage, "swarm", "1", NULL);
	if (!cage_running(&cage))
		return;
	cage_order_deadline(&cage, now + second_us);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check(clock_boot_us() - now >= ends_us + 2 * CLOCK_US, "after %ld us already", (long)(clock_boot_us() - now));
	cage_check_receipt(&cage, 2);
	cage_done(&cage);
}

static void
a_sooner_deadline_is_obeyed(enum cage_mode mode)
{
	moved_deadline(mode, 3600 * CLOCK_US, CLOCK_US / 2, CLOCK_US / 2);
}

static void
a_later_deadline_is_obeyed_up_to_the_roles_limit(enum cage_mode mode)
{
	moved_deadline(mode, CLOCK_US / 10, 3600 * CLOCK_US, CLOCK_US);
}

/* Where a user namespace is refused, as in a chroot, trial mode goes on without and says so. */
void
trial_mode_falls_back_by_itself(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "10", NULL))
		return;
	cage_check_word(cage.running.text, "kill is best effort");
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check_receipt(&cage, 11);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

const struct cage_test cage_ends[] = {
	CAGE_EVASION("F8", an_order_kills_all_and_counts_them, IN_ALL, true),
	CAGE_EVASION("F8", processes_that_fork_and_flee_are_caught, IN_ALL, false),
	CAGE_CASE(what_the_command_leaves_behind_is_killed, IN_ALL, false),
	CAGE_EVASION("F6", the_death_of_the_warden_ends_the_session, IN_ALL, true),
	CAGE_EVASION("F6", the_death_of_init_ends_the_session, IN_ALL, true),
	CAGE_EVASION("F6", the_end_of_the_worker_ends_the_session, IN_ALL, true),
	CAGE_CASE(a_signal_to_the_warden_ends_the_session, IN_ALL, false),
	CAGE_CASE(two_seconds_after_the_deadline_the_warden_acts, IN_ALL, false),
	CAGE_CASE(a_sooner_deadline_is_obeyed, IN_TRIAL, false),
	CAGE_CASE(a_later_deadline_is_obeyed_up_to_the_roles_limit, IN_TRIAL, false),
	CAGE_LAST
};
