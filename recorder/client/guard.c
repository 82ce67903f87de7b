/* SPDX-License-Identifier: ISC */
/* The front wall of the client. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/client/guard.h"

/* clang-format off */
/* Commands that talk to the gate. ids_only: words must be ids, never paths. has_command: behind `--` stands one. */
static const struct allowed {
	const char	*verb;
	bool		 ids_only, has_command;
} allowed[] = {
	{ "roles",	false, false },
	{ "request",	false, false },
	{ "enter",	false, true },
	{ "sftp",	false, false },
	{ "status",	false, false },
	{ "cancel",	true, false },
	{ "console",	true, false },
	{ "requests",	true, false },
	{ "grant",	true, false },
	{ "deny",	true, false },
	{ "review",	true, false },
	{ "sessions",	true, false },
	{ "revoke",	true, false },
	{ "extend",	true, false },
	{ "shorten",	true, false },
	{ "allow",	true, false },
	{ "refuse",	true, false },
	{ "freeze",	true, false },
	{ "thaw",	true, false },
	{ "say",	false, false },
	{ "ls",		true, false },
	{ "show",	true, false },
	{ "play",	true, false },
	{ "report",	false, false },
	{ "retention",	false, false },
	{ "stdio",	true, false },
};

/* Options that name a file, a host or another gate: refused, unless they are those of a command behind `--`. */
static const char *const refused_options[] = { "-o", "-H", "-i", "--output", "--root", "--as", "--host", "--identity", "--key", "--sign", "--bundle" };

/* What people try, and what to tell them. */
static const struct {
	const char	*word;
	const char	*text;
} advice[] = {
	{ "scp",		"the old protocol of scp is not spoken here; a newer scp (OpenSSH 9), scp -s or sftp copies files" },
	{ "rsync",		"rsync is not spoken here; sftp or scp copy files under a role that allows it" },
	{ "bash",		"without a grant there is no shell, and editors' remote servers are not run; edit a copy (sftp, scp), or in a session" },
	{ "code-server",	"editors' remote servers are not run here; edit a copy (sftp, scp), or in a session" },
	{ "git-upload-pack",	"git is not served here; clone in a session, or copy files with sftp or scp" },
	{ "git-receive-pack",	"git is not served here; push from a session, or copy files with sftp or scp" },
	{ "mosh-server",	"mosh is not spoken here; a role that keeps sessions brings you back over ssh" },
	{ "nc",			"nothing is forwarded here; ask for a role whose command is the client that you need" },
	{ "record",		"'record' works with files of yours; run it on your own machine" },
	{ "export",		"'export' works with files of yours; run it on your own machine with -H and this host" },
	{ "redact",		"'redact' works with files of yours; run it on your own machine" },
	{ "import",		"'import' works with files of yours; run it on your own machine" },
	{ "try",		"'try' is for a machine of your own" },
	{ "keys",		"'keys' is for the bastion's administrator; an auditor runs it on their own machine with -H and this host" },
	{ "keygen",		"keys are made on your own machine" },
	{ "doctor",		"'doctor' is for the bastion's administrator" },
	{ "backup",		"'backup' is for the bastion's administrator" },
	{ "witness",		"'witness' is for another host, and never through a login" },
	{ "restore",		"'restore' is for the bastion's administrator" },
	{ "policy",		"'policy' is for the bastion's administrator; see 'roles'" },
};
/* clang-format on */

#define WORD_SHOWN	60	/* bytes of a refused word that are said again */
#define COUNT(table)	(sizeof table / sizeof table[0])

/* One word starting at *at, quotes taken away. Returns false on an open quote. */
static bool
take_word(char **at, char *to)
{
	char quote = 0;
	char *in = *at;

	for (; *in != '\0' && (quote != 0 || (*in != ' ' && *in != '\t')); in++) {
		if (quote == 0 && (*in == '\'' || *in == '"'))
			quote = *in;
		else if (*in == quote)
			quote = 0;
		else if (*in == '\\' && quote != '\'' && in[1] != '\0')
			*to++ = *++in;
		else
			*to++ = *in;
	}
	if (*in != '\0')
		in++;
	*to = '\0';
	*at = in;
	return quote == 0;
}

static int
split(struct guard *guard)
{
	char *at = guard->line;

	for (;;) {
		at += strspn(at, " \t");
		if (*at == '\0')
			return 0;
		if (guard->count == GUARD_WORDS)
			break;
		guard->words[guard->count] = own_alloc(strlen(at) + 1);
		if (!take_word(&at, guard->words[guard->count++]))
			break;
	}
	fprintf(stderr, "postern: the command has an open quote or more than %d words\n", GUARD_WORDS);
	return STATUS_USAGE;
}

int
guard_init(struct guard *guard, int argc, char **argv)
{
	const char *original = getenv("SSH_ORIGINAL_COMMAND");
	bool shell = argc > 2 && strcmp(argv[1], "-c") == 0;
	bool login = argc > 0 && argv[0][0] == '-';

	*guard = (struct guard){ .guarded = shell || login || original != NULL };
	if (!guard->guarded)
		return 0;
	/* ForceCommand hands its own text to the shell; what the person wanted is in SSH_ORIGINAL_COMMAND. */
	if (original != NULL)
		guard->line = own_dup(original);
	else if (shell)
		guard->line = own_dup(argv[2]);
	return guard->line != NULL ? split(guard) : 0;
}

void
guard_done(struct guard *guard)
{
	free(guard->line);
	for (int i = 0; i < guard->count; i++)
		free(guard->words[i]);
	*guard = (struct guard){ 0 };
}

static const char *
base_name(const char *word)
{
	const char *slash = strrchr(word, '/');

	return slash != NULL ? slash + 1 : word;
}

static void
drop_first(struct guard *guard)
{
	free(guard->words[0]);
	memmove(guard->words, guard->words + 1, (size_t)guard->count * sizeof guard->words[0]);
	guard->count--;
}

static bool
is_refused_option(const char *word)
{
	for (size_t i = 0; i < COUNT(refused_options); i++) {
		size_t count = strlen(refused_options[i]);

		if (strncmp(word, refused_options[i], count) != 0)
			continue;
		if (word[1] != '-' || word[count] == '\0' || word[count] == '=')
			return true;
	}
	return false;
}

static enum guard_answer
refuse(const char *word, const char *why)
{
	AUTO_FREE char *clean = text_clean(word, strnlen(word, WORD_SHOWN));

	fprintf(stderr, "postern: '%s%s' is refused here: %s\n", clean, strlen(word) > WORD_SHOWN ? "..." : "", why);
	return GUARD_REFUSED;
}

static enum guard_answer
check_verb(const struct guard *guard, const struct allowed *row)
{
	for (int i = 1; i < guard->count; i++) {
		if (row->has_command && strcmp(guard->words[i], "--") == 0)
			break;
		if (is_refused_option(guard->words[i]))
			return refuse(guard->words[i], "an option that names a file, a host or another gate does not work through a login");
		if (row->ids_only && guard->words[i][0] != '-' && guard->words[i - 1][0] != '-' && strchr(guard->words[i], '/') != NULL)
			return refuse(guard->words[i], "through a login only ids are taken, never files");
	}
	return GUARD_VERB;
}

/* What sshd runs for its subsystem sftp, where its settings do not name `postern sftp`. */
static bool
is_file_server(const struct guard *guard)
{
	return guard->count > 0 && (strcmp(base_name(guard->words[0]), "sftp-server") == 0 || strcmp(guard->words[0], "internal-sftp") == 0);
}

/* Nothing of how it was to be started counts. */
static void
serve_files(struct guard *guard)
{
	for (int i = 0; i < guard->count; i++)
		free(guard->words[i]);
	memset(guard->words, 0, sizeof guard->words);
	guard->words[0] = own_dup("sftp");
	guard->count = 1;
}

enum guard_answer
guard_check(struct guard *guard)
{
	/* `ssh bastion postern requests`, and ForceCommand's own text handed to us as login shell. */
	if (guard->count > 0 && strcmp(base_name(guard->words[0]), "postern") == 0)
		drop_first(guard);
	if (is_file_server(guard))
		serve_files(guard);
	if (guard->count == 0)
		return GUARD_MENU;
	for (size_t i = 0; i < COUNT(allowed); i++)
		if (strcmp(guard->words[0], allowed[i].verb) == 0)
			return check_verb(guard, &allowed[i]);
	for (size_t i = 0; i < COUNT(advice); i++)
		if (strcmp(base_name(guard->words[0]), advice[i].word) == 0)
			return refuse(advice[i].word, advice[i].text);
	if (guard->words[0][0] == '-' || strchr(guard->words[0], '/') != NULL)
		return refuse(guard->words[0], "without a grant there is no shell; log in without a command for the menu");
	return GUARD_ROLE;
}
