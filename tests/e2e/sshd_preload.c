/* SPDX-License-Identifier: ISC */
/* What an engineer would like to have preloaded: it leaves a mark wherever it runs. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void
leave_mark(void)
{
	const char *path = getenv("SSHD_MARK");
	int fd = path != NULL ? open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644) : -1;

	if (fd >= 0)
		close(fd);
}
