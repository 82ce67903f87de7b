/* SPDX-License-Identifier: ISC */
/* sshd's routes round the recorder: what `sshd -T` says, and what it should say. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/own.h"
#include "recorder/doctor/doctor.h"

/* Settings with one good value. One that sshd does not print counts as wrong. */
static const struct {
	const char *key, *good, *what, *fix;
} wishes[] = {
	{ "permituserrc", "no", "~/.ssh/rc runs before Postern, unrecorded", "PermitUserRC no" },
	{ "permituserenvironment", "no", "~/.ssh/environment can put LD_PRELOAD into the client",
	    "PermitUserEnvironment no    (outside of any Match)" },
	{ "permittunnel", "no", "a tunnel device can be forwarded past Postern", "PermitTunnel no" },
	{ "permitemptypasswords", "no", "an account without a password lets everybody in", "PermitEmptyPasswords no" },
};

/* Closed all at once by DisableForwarding, or one by one. */
static const char *const forwardings[] = { "allowtcpforwarding", "allowstreamlocalforwarding", "allowagentforwarding",
	"x11forwarding" };

/* The `n`th value of a key in `text` ("key value" lines), copied; NULL if there are not so many. */
static char *
value_of(const char *text, const char *key, unsigned n)
{
	size_t count = strlen(key);

	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\r\n");
		char *value;

		if (length <= count || strncasecmp(line, key, count) != 0 || line[count] != ' ' || n-- > 0)
			continue;
		value = own_alloc(length - count);
		memcpy(value, line + count + 1, length - count - 1);
		return value;
	}
	return NULL;
}

static int
is_value(const char *text, const char *key, const char *good)
{
	AUTO_FREE char *value = value_of(text, key, 0);

	return value != NULL && strcasecmp(value, good) == 0;
}

static void
check_forwarding(struct doctor *d, const char *account, const char *text)
{
	int closed = is_value(text, "disableforwarding", "yes");

	for (size_t i = 0; !closed && i < sizeof forwardings / sizeof forwardings[0]; i++)
		if (!is_value(text, forwardings[i], "no")) {
			doctor_add(d, "sshd", account, "connections can be forwarded through the bastion without a grant (ssh -L, "
			    "-R, -D, -W, -A, -X)", "DisableForwarding yes");
			return;
		}
}

static void
check_command(struct doctor *d, const char *account, const char *text, const char *client)
{
	AUTO_FREE char *value = value_of(text, "forcecommand", 0);
	char fix[512];

	if (value != NULL && strcmp(value, client) == 0)
		return;
	snprintf(fix, sizeof fix, "ForceCommand %s", client);
	doctor_add(d, "sshd", account, "ssh does not lead to Postern whatever is asked for (ssh HOST COMMAND, scp)", fix);
}

/* LANG and LC_... are the only variables that a terminal needs. */
static void
check_variables(struct doctor *d, const char *account, const char *text)
{
	char *value;

	for (unsigned i = 0; (value = value_of(text, "acceptenv", i)) != NULL; i++) {
		char what[256];
		char *save = NULL;

		for (const char *w = strtok_r(value, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
			if (strcmp(w, "LANG") == 0 || strcmp(w, "none") == 0 || strncmp(w, "LC_", 3) == 0)
				continue;
			snprintf(what, sizeof what, "sshd takes the variable %.64s from the engineer", w);
			doctor_add(d, "sshd", account, what, "AcceptEnv LANG LC_*    (and remove the other AcceptEnv lines: they add up)");
		}
		free(value);
	}
}

static void
check_subsystems(struct doctor *d, const char *account, const char *text)
{
	char *value;

	for (unsigned i = 0; (value = value_of(text, "subsystem", i)) != NULL; i++) {
		if (strstr(value, "internal-sftp") != NULL)
			doctor_add(d, "sshd", account, "internal-sftp serves files without the login shell, so without Postern",
			    "Subsystem sftp " POSTERN_BINDIR "/postern sftp");
		free(value);
	}
}

/* A key file that engineers can write lets one leave a way in for somebody else. */
static void
check_keys(struct doctor *d, const char *account, const char *text)
{
	AUTO_FREE char *value = value_of(text, "authorizedkeysfile", 0);
	char *save = NULL;

	if (value == NULL)
		return;
	for (const char *w = strtok_r(value, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		if (strcmp(w, "none") != 0 && (w[0] != '/' || strstr(w, "%h") != NULL)) {
			doctor_add(d, "sshd", account, "keys are read from a file that the engineer can write",
			    "AuthorizedKeysFile /etc/ssh/postern_keys/%u    (files that belong to root)");
			return;
		}
}

/* Only those whose decisions are to tell the key of their login need it; for others it is a file more to read. */
void
doctor_sshd_login(struct doctor *d, const char *account, const char *text, bool decides)
{
	if (is_value(text, "exposeauthinfo", decides ? "yes" : "no"))
		return;
	if (decides)
		doctor_add(d, "sshd", account, "a role says `signed: login`, but sshd does not tell by which key those who decide have logged in",
		    "ExposeAuthInfo yes    (in a Match block for those who decide alone)");
	else
		doctor_add(d, "sshd", account, "the login's keys are written to a file that the session can read", "ExposeAuthInfo no");
}

void
doctor_sshd(struct doctor *d, const char *account, const char *text, const char *client)
{
	check_command(d, account, text, client);
	check_forwarding(d, account, text);
	for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
		if (!is_value(text, wishes[i].key, wishes[i].good))
			doctor_add(d, "sshd", account, wishes[i].what, wishes[i].fix);
	check_variables(d, account, text);
	check_subsystems(d, account, text);
	check_keys(d, account, text);
}

/* A login makes any sftp-server its own `sftp`; the subsystem only has to be there. */
void
doctor_sshd_sftp(struct doctor *d, const char *account, const char *text, const char *client)
{
	char fix[560], good[512];
	char *value;
	bool is_served = false;

	snprintf(good, sizeof good, "sftp %s sftp", client);
	for (unsigned i = 0; (value = value_of(text, "subsystem", i)) != NULL; i++) {
		if (strncmp(value, "sftp ", 5) == 0)
			is_served = is_served || strcmp(value, good) == 0 || strstr(value, "sftp-server") != NULL || strstr(value, "internal-sftp") != NULL;
		free(value);
	}
	snprintf(fix, sizeof fix, "Subsystem %s", good);
	if (!is_served)
		doctor_add(d, "sshd", account, "a role's `files` lets files be copied, but sshd has no subsystem sftp that leads to Postern", fix);
}
