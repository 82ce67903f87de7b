/* SPDX-License-Identifier: ISC */
/* Sessions that stand still and go on, and that end while they stand. */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"

#define QUIET_MS	300

static void
order(const struct cage *cage, uint32_t op)
{
	struct warden_order order = { .op = op };

	cage_check(send(cage->link, &order, sizeof order, MSG_NOSIGNAL) == sizeof order, "the warden hears nothing");
}

/* Takes what is on its way; true if then nothing comes for a while. */
static bool
falls_silent(const struct cage *cage)
{
	struct pollfd p = { .fd = cage->out, .events = POLLIN };
	char bytes[4096];

	for (int i = 0; i < 100 && poll(&p, 1, QUIET_MS) > 0; i++)
		if (read(p.fd, bytes, sizeof bytes) <= 0)
			return false;
	return poll(&p, 1, 0) == 0;
}

static void
freeze(struct cage *cage)
{
	order(cage, WARDEN_FREEZE);
	cage_check(cage_hear(cage, WARDEN_FROZEN), "it does not say that it stands still");
	cage_check_word(cage->frozen.text, cage->mode == CAGE_ROOT ? "cgroup" : "SIGSTOP");
}

static void
a_frozen_session_stands_still_and_goes_on(enum cage_mode mode)
{
	static const char *const words[] = { "/bin/sh", "-c", "while :; do echo tick; sleep 0.01; done", NULL };
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage_run(&cage, words);
	if (!cage_running(&cage))
		return;
	for (int i = 0; i < 2; i++) {
		AUTO_FREE char *text = cage_output(&cage, "tick");

		cage_check_word(text, "tick");
		freeze(&cage);
		cage_check(falls_silent(&cage), "it goes on while it is frozen");
		order(&cage, WARDEN_THAW);
		cage_check(cage_hear(&cage, WARDEN_THAWED), "it does not say that it goes on");
	}
	cage_order_end(&cage);
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_check(cage.receipt.survivors == 0, "%lld survivors", (long long)cage.receipt.survivors);
	cage_done(&cage);
}

/* SIGCONT in the wrong order would leave the shell with a job that it takes for stopped. */
static void
a_shell_does_not_notice_that_it_was_frozen(enum cage_mode mode)
{
	static const char *const words[] = { "/bin/bash", "-m", "-c", "echo began; sleep 1; echo status $?", NULL };
	struct cage cage;
	AUTO_FREE char *before = NULL;
	AUTO_FREE char *after = NULL;

	cage_init(&cage, &cage_case.site, mode);
	cage_run(&cage, words);
	if (!cage_running(&cage))
		return;
	before = cage_output(&cage, "began");
	freeze(&cage);
	order(&cage, WARDEN_THAW);
	after = cage_output(&cage, "status");
	cage_check_word(after, "status 0");
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_done(&cage);
}

static void
what_stands_still_is_killed_all_the_same(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "50", NULL))
		return;
	freeze(&cage);
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check_receipt(&cage, 51);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

static void
a_frozen_session_dies_with_its_worker(enum cage_mode mode)
{
	struct cage cage;

	if (!cage_swarming(&cage, mode, "10", NULL))
		return;
	freeze(&cage);
	own_close(&cage.link);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_check(cage_done(&cage) == 0, "the warden fails");
}

/* The worker has its time to freeze and to wait; the warden gives that much, and no more. */
static void
the_warden_waits_for_the_grace_and_then_acts(enum cage_mode mode)
{
	struct cage cage;
	int64_t deadline = clock_boot_us() + 200000;
	int64_t late;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.deadline_boot_us = deadline;
	cage.start.role.freeze_s = 1;
	cage_run_probe(&cage, "swarm", "3", NULL);
	if (!cage_running(&cage))
		return;
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	late = clock_boot_us() - deadline;
	cage_check(late >= 3 * CLOCK_US, "after %lld us already", (long long)late);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

const struct cage_test cage_freezes[] = {
	CAGE_CASE(a_frozen_session_stands_still_and_goes_on, IN_ALL, true),
	CAGE_CASE(a_shell_does_not_notice_that_it_was_frozen, IN_ALL, false),
	CAGE_EVASION("F10", what_stands_still_is_killed_all_the_same, IN_ALL, true),
	CAGE_EVASION("F10", a_frozen_session_dies_with_its_worker, IN_ALL, false),
	CAGE_CASE(the_warden_waits_for_the_grace_and_then_acts, IN_TRIAL, false),
	CAGE_LAST
};
