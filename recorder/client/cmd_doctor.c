/* SPDX-License-Identifier: ISC */
/* postern doctor: looks at the bastion and prints what to change. */
#include "config.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/client/cmd_doctor.h"
#include "recorder/client/doctor.h"
#include "recorder/policy/policy.h"

#define CLIENT		POSTERN_BINDIR "/postern"

const struct cli_option cmd_doctor_options[] = {
	{ .name = "root", .value = "DIR", .help = "look at DIR, a private gate; sshd, PAM and accounts are left out" },
	{ .name = "json", .help = "print JSON, one finding a line" },
	{ .name = NULL },
};

/* The policy's faults are findings; without a policy the rest is looked at all the same. */
static void
check_policy(struct doctor *d, const struct place *place, struct policy **policy)
{
	AUTO_BUF struct buf errors = { 0 };
	AUTO_FREE char *text = NULL;
	char *save = NULL;
	int r;

	buf_init(&errors, 65536);
	r = policy_load(place->etc, policy, &errors);
	if (r == ERR_POLICY_NONE) {
		doctor_add(d, "policy", NULL, "there is no policy, so nobody may become anything",
		    "cp " POSTERN_DATADIR "/policy/policy.yaml " POSTERN_SYSCONFDIR "/ and edit it");
		return;
	}
	if (r < 0) {
		text = buf_text(&errors);
		for (const char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
			doctor_add(d, "policy", NULL, line, "correct the line, then: postern policy check");
		return;
	}
	if ((*policy)->recipients_count == 0)
		doctor_add(d, "policy", NULL, "no auditor has a key: no recording can be opened, so no session is granted",
		    "postern keygen auditor, and its public key into the file auditors");
	if ((*policy)->auditors_count == 0)
		doctor_add(d, "policy", NULL, "nobody may list or replay recordings", "auditors: [PERSON]    (in policy.yaml)");
}

/* Who the state must belong to: the gate's account, in trial mode whoever DIR belongs to. */
static uint32_t
state_owner(struct doctor *d, const struct place *place)
{
	const struct passwd *pw = getpwnam(POSTERN_GATE_USER);
	struct stat st;

	if (place->root != NULL)
		return lstat(place->root, &st) == 0 ? st.st_uid : geteuid();
	if (pw == NULL)
		doctor_add(d, "account", NULL, "the gate's account " POSTERN_GATE_USER " is missing",
		    "systemd-sysusers, or: useradd --system --shell /usr/sbin/nologin " POSTERN_GATE_USER);
	return pw != NULL ? pw->pw_uid : geteuid();
}

static void
print_json(const struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct finding *f = &d->findings[i];
		json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "area", f->area, "what", f->what, "fix", f->fix, "accounts", f->who);

		if (one != NULL)
			json_dumpf(one, stdout, 0);
		putchar('\n');
		json_decref(one);
	}
}

static void
print(const struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct finding *f = &d->findings[i];

		printf("%s: %s%s%s%s.\n    %s\n", f->area, f->what, f->who[0] != '\0' ? " (" : "", f->who,
		    f->who[0] != '\0' ? ")" : "", f->fix);
	}
	for (size_t i = 0; i < d->skipped_count; i++)
		printf("not looked at: %s\n", d->skipped[i]);
	if (d->count == 0)
		printf("Nothing is wrong that can be seen from here.\n");
	else
		printf("%zu finding%s.\n", d->count, d->count == 1 ? "" : "s");
}

int
cmd_doctor(struct cli *cli)
{
	AUTO_PLACE struct place place = { 0 };
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_DOCTOR struct doctor doctor = { 0 };

	place_init(&place, cli_get(cli, "root"));
	check_policy(&doctor, &place, &policy);
	if (policy != NULL && place.root == NULL)
		doctor_accounts(&doctor, policy, CLIENT);
#ifdef HAVE_PAM
	if (place.root == NULL)
		doctor_pam(&doctor, "/etc/pam.d");
#endif
	if (policy != NULL)
		doctor_kernel(&doctor, policy);
	doctor_files(&doctor, &place, state_owner(&doctor, &place));
	doctor_disk(&doctor, &place);
	if (cli_has(cli, "json"))
		print_json(&doctor);
	else
		print(&doctor);
	return doctor.count == 0 ? STATUS_OK : STATUS_FAILED;
}
