/* SPDX-License-Identifier: ISC */
/*
 * Linked over clock_wall_us() in a test's copy of the console (ld's --wrap): the wall clock stands at the microseconds
 * in the file that STILL_CLOCK names, until the test writes others. The boot clock goes on.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"

int64_t	__wrap_clock_wall_us(void);

int64_t
__wrap_clock_wall_us(void)
{
	const char *path = getenv("STILL_CLOCK");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int64_t now_us = 0;

	if (fd < 0 || read(fd, &now_us, sizeof now_us) != (ssize_t)sizeof now_us)
		abort();
	close(fd);
	return now_us;
}
