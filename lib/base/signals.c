/* SPDX-License-Identifier: ISC */
/* Signal masks. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "lib/base/signals.h"

int
signals_open(const int *numbers, sigset_t *before)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (; *numbers != 0; numbers++)
		sigaddset(&set, *numbers);
	if (sigprocmask(SIG_BLOCK, &set, before) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void
signals_unblock(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
