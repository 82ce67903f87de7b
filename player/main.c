/* SPDX-License-Identifier: ISC */
/* postern-player: what an auditor works with. `postern ls`, `show`, `play` and `export` become this program. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/log.h"
#include "lib/base/secret.h"
#include "lib/wire/client.h"
#include "player/commands.h"
#include "player/tape.h"

#define ABOUT	"What was recorded: lists, stories, replay, other formats."

/* clang-format off */
static const struct cli_option ls_options[] = { CLIENT_OPTIONS, CLIENT_HOST, CLIENT_JSON,
	{ 0, "person", "NAME", "only this person's" },
	{ 0, "role", "ROLE", "only as this role" },
	{ 0, "since", "MOMENT", "started then or later: 7d (ago), 2026-11-20, 14:00" },
	{ 0, "until", "MOMENT", "started before" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option show_options[] = { CLIENT_OPTIONS, CLIENT_HOST, CLIENT_JSON,
	{ 0, "reason", "TEXT", "why you look: it goes into the log" },
	{ 0, "signed", NULL, "the decisions on a request, as they were signed, for ssh-keygen -Y verify" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option play_options[] = { CLIENT_OPTIONS, TAPE_OPTIONS, TAPE_REASON,
	{ 0, "at", "TIME", "begin there: 2m, 12:30, or a wall clock time" },
	{ 0, "speed", "N", "begin with this speed, 1/16 to 16" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option export_options[] = {
	{ 0, "as", "FORMAT", "raw, input, commands, text, screen, asciicast or trail; any other word is who to be, in a trial" },
	{ 0, "at", "TIME", "only what happened until then: 2m, 12:30, or a wall clock time" },
	{ 'o', "output", "FILE", "write there instead of to standard output" },
	TAPE_OPTIONS, TAPE_REASON,
	{ 0, "root", "DIR", "use the gate and the files below DIR (trial mode, tests)" },
	{ 0, NULL, NULL, NULL } };

static const struct cli_option learn_options[] = { CLIENT_OPTIONS, TAPE_OPTIONS, TAPE_REASON,
	{ 0, "since", "MOMENT", "without IDs: the sessions that started then or later" },
	{ 0, "role", "ROLE", "of these only those as this role" },
	{ 0, "acts", NULL, "each act on a line instead of a role" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option search_options[] = { CLIENT_OPTIONS, TAPE_OPTIONS, TAPE_REASON, CLIENT_JSON,
	{ 0, "person", "NAME", "only this person's" },
	{ 0, "role", "ROLE", "only as this role" },
	{ 0, "since", "MOMENT", "started then or later: 7d (ago), 2026-11-20, 14:00" },
	{ 0, "until", "MOMENT", "started before" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option rewrap_options[] = { CLIENT_OPTIONS, TAPE_OPTIONS, TAPE_REASON,
	{ 0, "to", "AGE1...", "the new auditor's public key, as it stands in the file auditors" },
	{ 0, "since", "MOMENT", "without IDs: the sessions that started then or later" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_option verify_options[] = {
	{ 0, "pin", "FILE", "a signed head of this log that you kept; may be repeated" },
	{ 0, "witness", "VKEY", "key of a witness, or a file with it: its cosigned heads count as kept ones; may be repeated" },
	{ 0, "against", "HOST", "ask the gate of this bastion, through ssh, whether its log goes on from this one" },
	{ 0, "as", "NAME", "be this person there (only in trial mode)" },
	{ 0, "save", "FILE", "keep the newest head there, for --pin the next time" },
	{ 0, "key", "KEY", "the log's key, or a file with it (default: log.pub beside the log)" },
	{ 0, "replica", "KEY", "key of the replica of the key slots, or a file that begins with it: its receipts are checked" },
	{ 0, "roster", "FILE", "approvers' keys, as allowed_signers of ssh-keygen; may be repeated (default: approvers of the settings)" },
	{ 0, "root", "DIR", "the log below DIR (trial mode, tests)" },
	CLIENT_JSON,
	{ 0, NULL, NULL, NULL } };

static const struct cli_option log_options[] = {
	{ 0, "since", "MOMENT", "export: from the first entry of then or later on: 7d (ago), 2026-11-20, 14:00" },
	{ 'o', "output", "FILE", "export: write there instead of to standard output" },
	{ 0, "size", "N", "proof: to the newest signed head of at most N entries" },
	{ 0, "state", "DIR", "the log in this state directory, or a copy of one" },
	{ 0, "root", "DIR", "the log below DIR (trial mode, tests)" },
	{ 0, NULL, NULL, NULL } };

static const struct cli_option report_options[] = { CLIENT_OPTIONS, TAPE_OPTIONS, CLIENT_JSON,
	{ 0, "from", "MOMENT", "from then on: 7d (ago), 2026-11-20, 14:00 (default: 30 days)" },
	{ 0, "to", "MOMENT", "until before then (default: now)" },
	{ 0, "last", "TIME", "the last 30d, 12h" },
	{ 0, "person", "NAME", "only this person's" },
	{ 0, "role", "ROLE", "only as this role" },
	{ 0, "ticket", "WORD", "only what was asked for with this word in the reason" },
	{ 0, "reason", "TEXT", "why you look: it goes into the log" },
	{ 0, "format", "FORM", "text, csv, json or html (default: text)" },
	{ 0, "table", "TABLE", "this table alone (of csv by default `sessions`)" },
	{ 'o', "output", "FILE", "write there instead of to standard output" },
	{ 0, "sample", "N", "draw so many of the sessions" },
	{ 0, "seed", "TEXT", "the same text draws the same sample (default: one is made and told)" },
	{ 0, "who-could", "DATE", "who could ask for, decide and see what then" },
	{ 0, "commands", NULL, "open the recordings and tell what was run (needs your key)" },
	{ 0, "bundle", "DIR|FILE.tar", "all forms, proofs, signed approvals, and how to check them with stock tools" },
	{ 0, NULL, NULL, NULL } };

static const struct cli_verb verbs[] = {
	{ "ls",		"",		"Which recordings there are", ls_options, cmd_ls, 0, 0 },
	{ "show",	"ID",		"A session's story as text", show_options, cmd_show, 1, 1 },
	{ "play",	"ID|FILE",	"Replay a recording, or follow a running session", play_options, cmd_play, 1, 1 },
	{ "export",	"ID|FILE",	"A recording in another format", export_options, cmd_export, 1, 1 },
	{ "search",	"WORD...",	"Lines with these words in recordings", search_options, cmd_search, 1, -1 },
	{ "log",	"export|proof N|tiles DIR", "The log for others' tools", log_options, cmd_log, 1, 2 },
	{ "verify",	"[DIR] [ID...]", "Is the log the one that was signed, and what it tells of there?", verify_options, cmd_verify, 0, -1 },
	{ "report",	"",		"Who had access to what, when, why; with proof that nothing is left out", report_options, cmd_report, 0, 0 },
	{ "learn",	"[ID|FILE...]",	"What sessions did, as the `may:` block of a role", learn_options, cmd_learn, 0, -1 },
	{ "rewrap",	"[ID...]",	"Add an envelope for a new auditor to old recordings", rewrap_options, cmd_rewrap, 0, -1 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	log_open("postern-player", LOG_LEVEL_WARN);
	secret_init();
	secret_hide_from_forks();	/* the painter of the picture is a child */
	return cli_main("postern", ABOUT, verbs, argc, argv, NULL);
}
