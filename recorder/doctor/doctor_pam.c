/* SPDX-License-Identifier: ISC */
/* PAM round the recorder: variables that it takes from files of the engineer, and the service of the wardens. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/doctor/doctor.h"

#define MOST_TEXT	(256 * 1024)

/* What Debian's sshd reads for a login: its own file and those that it includes. */
static const char *const files[] = { "sshd", "common-auth", "common-account", "common-session" };

/*
 * pam_env(8): with user_readenv=1 the variables of ~/.pam_environment reach the login shell, LD_PRELOAD too. Debian 12
 * ships sshd's file like that.
 */
static bool
reads_user_files(const char *line, size_t count)
{
	char copy[1024];

	if (count >= sizeof copy || line[strspn(line, " \t")] == '#')
		return false;
	memcpy(copy, line, count);
	copy[count] = '\0';
	return strstr(copy, "pam_env.so") != NULL && strstr(copy, "user_readenv=1") != NULL;
}

static void
check_file(struct doctor *d, const char *folder, const char *name)
{
	AUTO_FREE char *path = place_path(folder, name, NULL);
	AUTO_FREE char *text = NULL;
	char fix[512];

	if (fdio_slurp_path(path, MOST_TEXT, &text, NULL) < 0)
		return;
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
		if (reads_user_files(line, strcspn(line, "\n"))) {
			snprintf(fix, sizeof fix, "sed -i 's/ user_readenv=1//' %s", path);
			doctor_add(d, "pam", NULL, "~/.pam_environment can put LD_PRELOAD into the client, so code of the engineer runs "
			    "before Postern", fix);
			return;
		}
}

void
doctor_pam(struct doctor *d, const char *folder)
{
	AUTO_FREE char *service = place_path(folder, "postern", NULL);
	char fix[512];

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		check_file(d, folder, files[i]);
	if (access(service, F_OK) == 0)
		return;
	snprintf(fix, sizeof fix, "cp " POSTERN_DATADIR "/pam/postern %s", service);
	doctor_add(d, "pam", NULL, "the wardens' PAM service is missing, so PAM's `other` decides for them", fix);
}
