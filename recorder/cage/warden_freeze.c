/* SPDX-License-Identifier: ISC */
/* A session that stands still: by its cgroup, or by stopping its processes one by one where there is none. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/cage/members.h"
#include "recorder/cage/warden.h"

#define STOP_MS	200	/* processes that fork faster than they are stopped are not chased for longer */

static void
by_kernel(struct warden *warden, bool on, struct warden_word *word)
{
	int r = cgroup_freeze(&warden->cgroup, on);

	if (r < 0)
		snprintf(word->text, sizeof word->text, "the cgroup refuses: %s; only input is held", err_text(r));
	else
		snprintf(word->text, sizeof word->text, "cgroup%s", r > 0 ? "; some processes in the kernel take longer" : "");
}

/* Best effort: a process that is stopped can be continued by another one that was missed. */
static void
by_hand(struct warden *warden, bool on, struct warden_word *word)
{
	int64_t count = 0;

	if (!on) {
		members_thaw(TAKE(warden->still, NULL));
		snprintf(word->text, sizeof word->text, "SIGCONT");
		return;
	}
	if (warden->still != NULL)
		return;
	warden->still = members_freeze(warden->init.pid, warden->init.tracer_pid, STOP_MS, &count);
	snprintf(word->text, sizeof word->text, "no cgroup: %" PRId64 " process%s stopped by SIGSTOP, best effort", count, count == 1 ? "" : "es");
}

void
warden_freeze(struct warden *warden, bool on, struct warden_word *word)
{
	int64_t began = clock_boot_us();

	*word = (struct warden_word){ .what = on ? WARDEN_FROZEN : WARDEN_THAWED };
	if (warden->init.pid == 0)
		return;
	if (warden->cgroup.dir >= 0)
		by_kernel(warden, on, word);
	else
		by_hand(warden, on, word);
	word->took_us = clock_boot_us() - began;
}
