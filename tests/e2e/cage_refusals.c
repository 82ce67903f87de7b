/* SPDX-License-Identifier: ISC */
/* Sessions that are refused before anything has run. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"

/* Expects that the session is refused with a sentence that has `word`, and that nothing has run. */
static void
refused(struct cage *cage, const char *word)
{
	cage_check(cage_start(cage), "the warden does not start");
	cage_check(!cage_hear(cage, WARDEN_RUNNING), "it runs: %s", cage->running.text);
	cage_check_word(cage->failed.text, word);
	cage_check(cage_alive(cage) == 0, "something runs");
	cage_check(cage_done(cage) != 0, "the warden says that all went well");
}

static void
a_hostile_launch_file_is_refused(enum cage_mode mode)
{
	AUTO_FREE char *huge = own_alloc(300000);
	static const char rubbish[] = "\0\0\0\x05\x90rubbish";
	struct cage cage;

	memset(huge, 'x', 300000);
	cage_init(&cage, &cage_case.site, mode);
	cage.launch_bytes = huge;
	cage.launch_count = 300000;
	refused(&cage, "is not valid");
	cage_init(&cage, &cage_case.site, mode);
	cage.launch_bytes = rubbish;
	cage.launch_count = sizeof rubbish - 1;
	refused(&cage, "is not valid");
	cage_init(&cage, &cage_case.site, mode);
	cage.launch_bytes = "";
	cage.launch_count = 0;
	refused(&cage, "is not valid");
}

static void
a_role_with_a_command_takes_no_other(enum cage_mode mode)
{
	static char sh[] = "id";
	static char *command[] = { sh, NULL };
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage_run_probe(&cage, "who", NULL, NULL);
	cage.launch.command = command;
	refused(&cage, "takes no other");
}

static void
a_wrong_start_record_is_refused(enum cage_mode mode)
{
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.magic++;
	refused(&cage, "no valid start record");
	cage_init(&cage, &cage_case.site, mode);
	memset(cage.start.role.run, 'x', sizeof cage.start.role.run);
	refused(&cage, "no valid start record");
	cage_init(&cage, &cage_case.site, mode);
	strcpy(cage.start.run_dir, "relative");
	refused(&cage, "no valid start record");
}

static void
forbidden_accounts_are_refused(enum cage_mode mode)
{
	static const char *const names[] = { "root", "daemon", "nobody" };
	struct cage cage;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		cage_init(&cage, &cage_case.site, mode);
		strcpy(cage.start.role.account, names[i]);
		refused(&cage, "system account");
	}
	cage_init(&cage, &cage_case.site, mode);
	strcpy(cage.start.role.account, "no-such-account");
	refused(&cage, "no such thing");
	cage_init(&cage, &cage_case.site, mode);
	cage.start.role.account[0] = '\0';
	refused(&cage, "no such thing");
}

static void
an_expired_account_is_refused(enum cage_mode mode)
{
#ifdef HAVE_PAM
	struct cage cage;
	char command[128];

	snprintf(command, sizeof command, "chage -E0 %s", cage_case.site.account);
	cage_check(system(command) == 0, "chage fails");
	cage_init(&cage, &cage_case.site, mode);
	refused(&cage, "PAM refuses");
	snprintf(command, sizeof command, "chage -E-1 %s", cage_case.site.account);
	cage_check(system(command) == 0, "chage fails");
#else
	(void)mode;
#endif
}

const struct cage_test cage_refusals[] = {
	CAGE_CASE(a_hostile_launch_file_is_refused, IN_ALL, false),
	CAGE_CASE(a_role_with_a_command_takes_no_other, IN_ALL, false),
	CAGE_CASE(a_wrong_start_record_is_refused, IN_ALL, false),
	CAGE_CASE(forbidden_accounts_are_refused, IN_ROOT, false),
	CAGE_CASE(an_expired_account_is_refused, IN_ROOT, false),
	CAGE_LAST
};
