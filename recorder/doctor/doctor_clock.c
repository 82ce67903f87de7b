/* SPDX-License-Identifier: ISC */
/* The wall clock: deadlines do not depend on it, but every time in the log and every deletion does. */
#include "config.h"

#include <stdio.h>
#include <sys/timex.h>

#include "recorder/doctor/doctor.h"

#define FAR_OFF_US	1000000	/* what the kernel thinks it may be wrong by */

void
doctor_clock(struct doctor *d, int state, const struct timex *now)
{
	if (state < 0)
		doctor_skip(d, "the clock: the kernel does not say whether it is kept right");
	else if (state == TIME_ERROR || (now->status & STA_UNSYNC) != 0)
		doctor_advise(d, "clock", NULL, "nobody keeps the wall clock right: times in the log are this machine's own, and what is deleted when follows them",
		    "timedatectl set-ntp true    (or chrony)");
	else if (now->maxerror > FAR_OFF_US)
		doctor_advise(d, "clock", NULL, "the wall clock may be wrong by more than a second", "timedatectl timesync-status, or: chronyc tracking");
}
