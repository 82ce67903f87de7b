/* SPDX-License-Identifier: ISC */
/* postern doctor: looks at the bastion and prints what to change. It changes nothing itself. */
#include "config.h"

#include <locale.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "recorder/doctor/doctor.h"
#include "recorder/doctor/kernel_facts.h"
#include "recorder/policy/policy.h"

#define CLIENT		POSTERN_BINDIR "/postern"

static const struct cli_option options[] = {
	{ .name = "root", .value = "DIR", .help = "look at DIR, a private gate; sshd, PAM and accounts are left out" },
	{ .name = "json", .help = "print JSON, one finding a line" },
	{ .name = NULL },
};

/* Who the state must belong to: the gate's account, in trial mode whoever DIR belongs to. */
static void
find_owner(struct doctor *d, struct state_look *look)
{
	const struct place *place = look->place;
	const struct passwd *pw = place->root == NULL ? getpwnam(POSTERN_GATE_USER) : NULL;
	struct stat st;

	look->owner = pw != NULL ? pw->pw_uid : geteuid();
	look->group = pw != NULL ? pw->pw_gid : getegid();
	if (place->root != NULL && lstat(place->root, &st) == 0) {
		look->owner = st.st_uid;
		look->group = st.st_gid;
	}
	if (place->root == NULL && pw == NULL)
		doctor_add(d, "account", NULL, "the gate's account " POSTERN_GATE_USER " is missing",
		    "systemd-sysusers, or: useradd --system --shell /usr/sbin/nologin " POSTERN_GATE_USER);
}

/* Everything else can be right, and still nobody gets in. */
static void
check_gate(struct doctor *d, const struct place *place)
{
	AUTO_FREE char *path = place_path(place->run, "gate.sock", NULL);
	AUTO_FD int fd = fdio_connect(path);

	if (fd < 0)
		doctor_add(d, "state", NULL, "posternd does not answer, so nobody can ask for anything or get in",
		    "systemctl start posternd, and read: journalctl -u posternd");
}

/* What only an installed gate has. */
static void
check_installed(struct doctor *d, const struct place *place, const struct policy *policy)
{
	if (policy != NULL)
		doctor_accounts(d, policy, CLIENT);
#ifdef HAVE_PAM
	doctor_pam(d, "/etc/pam.d");
#endif
	check_gate(d, place);
}

static int
cmd_doctor(struct cli *cli)
{
	AUTO_PLACE struct place place = { 0 };
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_DOCTOR struct doctor doctor = { 0 };
	struct state_look look = { .place = &place, .now_us = clock_wall_us() };
	struct kernel_facts facts;
	struct timex clock = { 0 };	/* asks, and sets nothing */

	place_init(&place, cli_get(cli, "root"));
	doctor_policy(&doctor, &place, &policy);
	if (policy != NULL)
		doctor_people(&doctor, policy);
	if (place.root == NULL)
		check_installed(&doctor, &place, policy);
	kernel_facts_look(&facts);
	if (policy != NULL)
		doctor_kernel(&doctor, policy, &facts);
	find_owner(&doctor, &look);
	doctor_files(&doctor, &place, look.owner);
	doctor_disk(&doctor, &place);
	doctor_clock(&doctor, adjtimex(&clock), &clock);
	doctor_credentials(&place, &look.keys);
	look.policy = policy;
	doctor_state(&doctor, &look);
	if (cli_has(cli, "json"))
		doctor_print_json(&doctor, false, stdout);
	else
		doctor_print(&doctor);
	return doctor_findings(&doctor) == 0 ? STATUS_OK : STATUS_FAILED;
}

int
main(int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
		{ "doctor", "", "Look at this bastion and say what to change", options, cmd_doctor, 0, 0 },
		{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
	};

	setlocale(LC_ALL, "");
	log_open("postern", LOG_LEVEL_WARN);
	secret_init();
	return cli_main("postern", "What is still open on this bastion.", verbs, argc, argv, NULL);
}
