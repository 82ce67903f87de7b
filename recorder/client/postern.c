/* SPDX-License-Identifier: ISC */
/* postern: the front door. One table of verbs; console and player are programs of their own behind it. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/wire/client.h"
#include "recorder/client/cmd_policy.h"
#include "recorder/client/commands.h"
#include "recorder/client/guard.h"

#define ABOUT	"Temporary access through this bastion: ask for a role, work in it, and it ends on time."

/* clang-format off */
static const struct cli_option plain_options[] = { CLIENT_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct cli_option json_options[] = { CLIENT_OPTIONS, CLIENT_JSON, { 0, NULL, NULL, NULL } };
static const struct cli_option roles_options[] = { CLIENT_OPTIONS, CLIENT_JSON,
	{ 0, "all", NULL, "also those that you may not ask for, and why" }, { 0, NULL, NULL, NULL } };
static const struct cli_option request_options[] = { CLIENT_OPTIONS, CLIENT_HOST, CLIENT_JSON,
	{ 0, "reason", "TEXT", "why: a ticket or a sentence" },
	{ 0, "for", "TIME", "how long: 90s, 30m, 2h (default: the role's)" },
	{ 0, "at", "MOMENT", "usable from then on: 2026-11-20 14:00, 14:00, +2h" },
	{ 0, "open", "SESSION", "as an auditor: instead of a role, to open this recording, where its class asks for a grant" },
	{ 0, "wait", NULL, "wait for the decision; the exit status tells it" }, { 0, NULL, NULL, NULL } };
static const struct cli_option enter_options[] = { CLIENT_OPTIONS,
	{ 0, "reason", "TEXT", "why, if a request has to be made first" },
	{ 0, "for", "TIME", "how long, if a request has to be made first" },
	{ 0, "break-glass", NULL, "enter without a decision, where the role allows it; everybody is told, and it is reviewed" },
	{ 't', "tty", NULL, "with a terminal, also for a command" },
	{ 'T', "no-tty", NULL, "without a terminal" },
	{ 0, "menu-key", "KEY", "what opens the session menu: F12, ^] or off" }, { 0, NULL, NULL, NULL } };
static const struct cli_option requests_options[] = { CLIENT_OPTIONS, CLIENT_HOST, CLIENT_JSON,
	{ 0, "all", NULL, "also those that are decided; with --reviews also those that are reviewed" },
	{ 0, "reviews", NULL, "entered without a decision (break-glass) and not reviewed yet" }, { 0, NULL, NULL, NULL } };
static const struct cli_option grant_options[] = { CLIENT_OPTIONS, CLIENT_HOST,
	{ 0, "for", "TIME", "a shorter time than was asked for" },
	{ 0, "comment", "TEXT", "what the engineer reads" },
	{ 0, "sign", NULL, "sign it, by the ssh agent, although the role does not ask for that" },
	{ 0, "key", "FILE", "sign it with this ssh key (ed25519, or in a security key)" },
	{ 'i', "identity", "FILE", "your secret key (an age identity), to open a recording that takes several" }, { 0, NULL, NULL, NULL } };
static const struct cli_option review_options[] = { CLIENT_OPTIONS, CLIENT_HOST,
	{ 0, "comment", "TEXT", "what you looked at, and whether it was right" },
	{ 0, "sign", NULL, "sign it, by the ssh agent, although the role does not ask for that" },
	{ 0, "key", "FILE", "sign it with this ssh key (ed25519, or in a security key)" }, { 0, NULL, NULL, NULL } };
static const struct cli_option hold_options[] = { CLIENT_OPTIONS, CLIENT_HOST,
	{ 0, "until", "DATE", "when the hold ends; left out: as the first who signed said" },
	{ 0, "reason", "TEXT", "why; it stands in the log" },
	{ 0, "sign", NULL, "sign it by the ssh agent; that is what happens without --key" },
	{ 0, "key", "FILE", "sign it with this ssh key" }, { 0, NULL, NULL, NULL } };
static const struct cli_option release_options[] = { CLIENT_OPTIONS, CLIENT_HOST,
	{ 0, "reason", "TEXT", "why; it stands in the log" },
	{ 0, "sign", NULL, "sign it by the ssh agent; that is what happens without --key" },
	{ 0, "key", "FILE", "sign it with this ssh key" }, { 0, NULL, NULL, NULL } };
static const struct cli_option reason_options[] = { CLIENT_OPTIONS, CLIENT_HOST,
	{ 0, "reason", "TEXT", "what the engineer reads" }, { 0, NULL, NULL, NULL } };
static const struct cli_option extend_options[] = { CLIENT_OPTIONS,
	{ 0, "for", "TIME", "how much longer (default: 15m, or what the role still allows)" },
	{ 0, "reason", "TEXT", "why" }, { 0, NULL, NULL, NULL } };
static const struct cli_option shorten_options[] = { CLIENT_OPTIONS,
	{ 0, "to", "TIME", "it ends so long from now" },
	{ 0, "reason", "TEXT", "what the engineer reads" }, { 0, NULL, NULL, NULL } };
static const struct cli_option sessions_options[] = { CLIENT_OPTIONS, CLIENT_JSON,
	{ 0, "all", NULL, "also those that have ended" }, { 0, NULL, NULL, NULL } };
static const struct cli_option retention_options[] = { CLIENT_OPTIONS, CLIENT_JSON,
	{ 0, "confirm", NULL, "go on although the clock jumped or much would go at once" }, { 0, NULL, NULL, NULL } };
static const struct cli_option record_options[] = {
	{ 'o', "output", "FILE", "where the recording goes (default: a name made of the time)" },
	{ 'r', "recipient", "AGE1...", "an auditor's public key; several with commas" },
	{ 0, "rules", "FILE", "mask by rules from a file or folder, instead of those that come with Postern; may be repeated" },
	{ 0, "no-mask", NULL, "mask nothing: secrets on the screen are in the recording" },
	{ 0, "force", NULL, "write over an existing FILE" },
	{ 'q', "quiet", NULL, "do not say where the recording is" }, { 0, NULL, NULL, NULL } };

static const struct cli_option try_options[] = {
	{ 0, "keep", NULL, "keep the folder afterwards" },
	{ 0, "auto", NULL, "play both sides by itself, also with a terminal" }, { 0, NULL, NULL, NULL } };

static const struct cli_option redact_options[] = {
	{ 0, "rules", "FILE", "rules from a file or folder, instead of those that come with Postern; may be repeated" },
	{ 0, "sets", "SETS", "only these sets or rules, with commas between them" },
	{ 0, "explain", "FILE", "no bytes, but each hit and near miss in FILE (-: standard input; or a recording), and counts" },
	{ 'i', "identity", "FILE", "your secret key for a recording (an age identity); else ~/.config/postern/identity" },
	{ 0, "size", "SIZE", "of the terminal that the bytes were made for (default: 80x24)" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option keys_options[] = { CLIENT_OPTIONS, CLIENT_HOST, CLIENT_JSON,
	{ 0, "reason", "TEXT", "why; it stands in the log" }, { 0, NULL, NULL, NULL } };
static const struct cli_option keygen_options[] = {
	{ 'o', "output", "FILE", "write the key there (default: standard output; of the log, where posternd has it)" },
	{ 0, "root", "DIR", "log: for the gate below DIR (trial mode, tests)" }, { 0, NULL, NULL, NULL } };

/* Verbs of other programs: handed over before the table is parsed, listed for --help and the manual. */
static const struct { const char *verb; const char *program; } elsewhere[] = {
	{ "console",	"postern-console" },
	{ "ls",		"postern-player" },
	{ "show",	"postern-player" },
	{ "play",	"postern-player" },
	{ "export",	"postern-player" },
	{ "search",	"postern-player" },
	{ "log",	"postern-player" },
	{ "verify",	"postern-player" },
	{ "doctor",	"postern-doctor" },
	{ "backup",	"postern-backup" },
	{ "witness",	"postern-witness" },
	{ "restore",	"postern-backup" },
	{ "report",	"postern-player" },
	{ "learn",	"postern-player" },	/* policy learn */
	{ "rewrap",	"postern-player" },	/* keys rewrap */
};

static int handed_over(struct cli *cli);

static const struct cli_verb verbs[] = {
	{ "roles",	"",			"Which roles there are, and how to get them", roles_options, cmd_roles, 0, 0 },
	{ "request",	"ROLE|--open SESSION",	"Ask for a role, or to open a recording; prints the request's id", request_options, cmd_request, 0, 1 },
	{ "menu",	"",			"What a login shows: live grants, roles, three questions", plain_options, cmd_menu, 0, 0 },
	{ "enter",	"ROLE [-- CMD]",	"Enter a role that was granted, or ask for it first", enter_options, cmd_enter, 1, -1 },
	{ "sftp",	"[ROLE]",		"SFTP under a live grant; what sshd's Subsystem sftp runs", plain_options, cmd_sftp, 0, 1 },
	{ "status",	"",			"What you hold and wait for; inside a session, how long it lasts", json_options, cmd_status, 0, 0 },
	{ "cancel",	"ID",			"Take a request back", plain_options, cmd_cancel, 1, 1 },
	{ "extend",	"[ID]",			"More time: asks for it, or as an approver gives it to session ID", extend_options, cmd_extend, 0, 1 },
	{ "end",	"",			"Inside a session: give it back before its time", plain_options, cmd_end, 0, 0 },
	{ "note",	"TEXT",			"Inside a session: write a note into the recording", plain_options, cmd_note, 1, 1 },
	{ "console",	"",			"The approvers' screen: grant, deny, revoke", NULL, handed_over, 0, -1 },
	{ "requests",	"[ID]",			"Who is waiting", requests_options, cmd_requests, 0, 1 },
	{ "grant",	"ID",			"Grant a request", grant_options, cmd_grant, 1, 1 },
	{ "deny",	"ID",			"Deny a request", reason_options, cmd_deny, 1, 1 },
	{ "review",	"ID",			"Say that you have looked at a break-glass entry", review_options, cmd_review, 1, 1 },
	{ "sessions",	"[ID]",			"Which sessions are running", sessions_options, cmd_sessions, 0, 1 },
	{ "revoke",	"ID",			"End a session, or take an unused grant back", reason_options, cmd_revoke, 1, 1 },
	{ "shorten",	"ID",			"Let a session end sooner", shorten_options, cmd_shorten, 1, 1 },
	{ "allow",	"ID",			"Let the line that waits in a session be entered", reason_options, cmd_allow, 1, 1 },
	{ "refuse",	"ID",			"Keep the line that waits in a session from being entered", reason_options, cmd_refuse, 1, 1 },
	{ "freeze",	"ID",			"Stop a session where it is; its deadline goes on", reason_options, cmd_freeze, 1, 1 },
	{ "thaw",	"ID",			"Let a frozen session go on", plain_options, cmd_thaw, 1, 1 },
	{ "say",	"ID TEXT",		"Show a sentence in a session", plain_options, cmd_say, 2, 2 },
	{ "ls",		"",			"Which recordings there are", NULL, handed_over, 0, -1 },
	{ "show",	"ID",			"A session's story as text", NULL, handed_over, 0, -1 },
	{ "play",	"ID|FILE",		"Replay a recording, or follow a running session", NULL, handed_over, 0, -1 },
	{ "export",	"ID|FILE",		"A recording in another format", NULL, handed_over, 0, -1 },
	{ "search",	"WORD...",		"Lines with these words in recordings", NULL, handed_over, 0, -1 },
	{ "log",	"export|proof N|tiles DIR", "The log for others' tools", NULL, handed_over, 0, -1 },
	{ "verify",	"[DIR] [ID...]",	"Is the log the one that was signed, and what it tells of there?", NULL, handed_over, 0, -1 },
	{ "report",	"",			"Who had access to what, when, why; with proof that nothing is left out", NULL, handed_over, 0, -1 },
	{ "hold",	"SESSION",		"Legal hold: nothing of a session is deleted; several persons sign", hold_options, cmd_hold, 1, 1 },
	{ "release",	"SESSION",		"End a legal hold before its time; several persons sign", release_options, cmd_release, 1, 1 },
	{ "retention",	"plan|run|replica",	"What will be deleted when and why; delete what is due; copies of keys on a second host", retention_options, cmd_retention, 1, 1 },
	{ "witness",	"",			"A second host that cosigns the heads of a bastion's log", NULL, handed_over, 0, -1 },
	{ "backup",	"DIR",			"Copy catalogue and recordings into a folder, without the keys that open them", NULL, handed_over, 0, -1 },
	{ "restore",	"DIR",			"Put a backup back, and delete again what was deleted since", NULL, handed_over, 0, -1 },
	{ "policy",	"check|test|show|learn ...", "Check the policy's files, ask them questions, show them; learn a role", cmd_policy_options, cmd_policy, 1, 3 },
	{ "doctor",	"",			"Look at this bastion and say what to change", NULL, handed_over, 0, -1 },
	{ "record",	"[-- CMD]",		"Record this terminal into a file; no gate is needed", record_options, cmd_record, 0, -1 },
	{ "redact",	"",			"Terminal bytes in, masked bytes out; or try masking rules", redact_options, cmd_redact, 0, 0 },
	{ "keys",	"list|retire|return|rewrap ...", "Whose key opens recordings; stop a leaver's openings, let a new one open old ones", keys_options, cmd_keys, 1, 2 },
	{ "keygen",	"auditor|log|slots",	"Make an auditor's key, as age-keygen does; or the log's, or the key slots'", keygen_options, cmd_keygen, 1, 1 },
	{ "stdio",	"",			"The gate's socket on standard input and output, for -H", plain_options, cmd_stdio, 0, 0 },
	{ "try",	"",			"See it work, on this machine, in one folder that goes away again", try_options, cmd_try, 0, 0 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};
/* clang-format on */

static int
handed_over(struct cli *cli)
{
	return cli_fail(cli, STATUS_FAILED, "the program behind this command is not installed");
}

/* Becomes the program behind the verb, if there is one; otherwise returns. */
static void
hand_over(char **argv)
{
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		if (strcmp(argv[1], elsewhere[i].verb) == 0) {
			AUTO_FREE char *path = place_program(elsewhere[i].program);

			execv(path, argv);
			fprintf(stderr, "postern %s: cannot run %s: %s\n", argv[1], path, strerror(errno));
			exit(STATUS_FAILED);
		}
}

/* Where the word behind a verb stands: options that say which gate may come before it. */
static int
second_word(int argc, char **argv)
{
	static const char *const before[] = { "--root", "--as", "--host", "-H" };
	bool is_before = true;
	int at = 2;

	for (; at + 1 < argc && is_before; at += is_before ? 2 : 0) {
		is_before = false;
		for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
			is_before = is_before || strcmp(argv[at], before[i]) == 0;
	}
	return at;
}

/* `policy learn` and `keys rewrap` open recordings, which is the player's: their second word is its verb. */
static char **
second_first(int argc, char **argv)
{
	static const char *const pairs[][2] = { { "policy", "learn" }, { "keys", "rewrap" } };
	int at = second_word(argc, argv);

	for (size_t i = 0; at < argc && i < sizeof pairs / sizeof pairs[0]; i++)
		if (strcmp(argv[1], pairs[i][0]) == 0 && strcmp(argv[at], pairs[i][1]) == 0) {
			char *word = argv[at];

			memmove(argv + 3, argv + 2, (size_t)(at - 2) * sizeof *argv);	/* what stood between the two */
			argv[2] = word;
			argv[1] = argv[0];
			return argv + 1;
		}
	return argv;
}

/* The second host's side of the key slots is a program of its own; never through a login. */
static void
replica_first(int argc, char **argv)
{
	AUTO_FREE char *path = NULL;
	bool is_replica = false;

	for (int i = 2; i < argc; i++)
		is_replica = is_replica || strcmp(argv[i], "replica") == 0;
	if (argc < 3 || strcmp(argv[1], "retention") != 0 || !is_replica)
		return;
	path = place_program("postern-replica");
	execv(path, argv);
	fprintf(stderr, "postern retention: cannot run %s: %s\n", path, strerror(errno));
	exit(STATUS_FAILED);
}

/* `postern --root DIR --as NAME VERB ...` means the same as with the options behind the verb: moves the verb to the front. */
static void
verb_first(int argc, char **argv)
{
	int at = 1;

	while (at + 2 < argc && (strcmp(argv[at], "--root") == 0 || strcmp(argv[at], "--as") == 0))
		at += 2;
	if (at > 1 && at < argc) {
		char *verb = argv[at];

		memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof argv[0]);
		argv[1] = verb;
	}
}

static int
run_menu(void)
{
	static const struct cli_verb menu = { "menu", "", "", plain_options, cmd_menu, 0, 0 };
	struct cli cli = { .verb = &menu, .program = "postern" };

	return cmd_menu(&cli);
}

/* `ssh -t bastion ROLE REASON...`: the same as enter ROLE --reason "REASON...". */
static int
run_role(const struct guard *guard)
{
	char name[] = "postern";
	char enter[] = "enter";
	char option[] = "--reason";
	char *argv[6] = { name, enter, guard->words[0], option, NULL, NULL };
	AUTO_FREE char *reason = NULL;

	for (int i = 1; i < guard->count; i++) {
		char *longer = NULL;

		if (asprintf(&longer, "%s%s%s", reason != NULL ? reason : "", reason != NULL ? " " : "", guard->words[i]) < 0)
			return STATUS_FAILED;
		free(reason);
		reason = longer;
	}
	argv[4] = reason;
	return cli_main("postern", ABOUT, verbs, reason != NULL ? 5 : 3, argv, NULL);
}

static int
run_guarded(struct guard *guard)
{
	char *argv[GUARD_WORDS + 2] = { (char[]){ "postern" } };

	/* Whatever sshd or the person's own files put there: no other gate, no preloaded code for what we exec. */
	unsetenv("POSTERN_ROOT");
	setenv("POSTERN_LOGIN", "1", 1);	/* the player then neither reads nor writes files of this machine */
	unsetenv("LD_PRELOAD");
	unsetenv("LD_LIBRARY_PATH");
	switch (guard_check(guard)) {
	case GUARD_MENU:
		return run_menu();
	case GUARD_ROLE:
		return run_role(guard);
	case GUARD_REFUSED:
		return STATUS_DENIED;
	case GUARD_VERB:
		break;
	}
	for (int i = 0; i < guard->count; i++)
		argv[i + 1] = guard->words[i];
	hand_over(argv);
	return cli_main("postern", ABOUT, verbs, guard->count + 1, argv, NULL);
}

int
main(int argc, char **argv)
{
	AUTO_GUARD struct guard guard;
	int r;

	setlocale(LC_ALL, "");
	log_open("postern", LOG_LEVEL_WARN);
	secret_init();
	r = guard_init(&guard, argc, argv);
	if (r != 0)
		return r;
	if (guard.guarded)
		return run_guarded(&guard);
	if (argc < 2)
		return isatty(STDIN_FILENO) ? run_menu() : cli_main("postern", ABOUT, verbs, argc, argv, NULL);
	if (strcmp(argv[1], "--version") == 0)
		return printf("postern %s\n", PACKAGE_VERSION) < 0;
	verb_first(argc, argv);
	replica_first(argc, argv);
	hand_over(second_first(argc, argv));
	return cli_main("postern", ABOUT, verbs, argc, argv, NULL);
}
