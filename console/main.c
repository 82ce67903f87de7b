/* SPDX-License-Identifier: ISC */
/* postern-console: what an approver sees. `postern console` becomes this program. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/console.h"
#include "console/screen.h"
#include "lib/base/cli.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/base/signals.h"

/* Everything that ends us or changes the window arrives by a descriptor, so that the terminal is always given back. */
static int
catch_signals(void)
{
	static const int heard[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT, 0 };

	signal(SIGPIPE, SIG_IGN);
	return signals_open(heard, NULL);
}

/* The gates to talk to: each -H, or the one of this machine. 0 or an exit status. */
static int
add_links(struct cli *cli, struct console *console, const char *socket)
{
	const char *host;

	for (int n = 0; (host = cli_nth(cli, "host", n)) != NULL; n++) {
		if (host[0] == '-' || host[0] == '\0')
			return cli_fail(cli, STATUS_USAGE, "'%s' is not a host", host);
		if (getenv("POSTERN_LOGIN") != NULL)
			return cli_fail(cli, STATUS_DENIED, "through a login no other host can be asked");
		if (n == CONSOLE_LINKS)
			return cli_fail(cli, STATUS_USAGE, "%d hosts are the most", CONSOLE_LINKS);
		link_init(&console->links[console->link_count++], (unsigned)n, host, &console->queue);
	}
	if (console->link_count == 0)
		link_init(&console->links[console->link_count++], 0, NULL, &console->queue);
	for (unsigned i = 0; i < console->link_count; i++) {
		console->links[i].socket = socket;
		console->links[i].as = cli_get(cli, "as");
		console->links[i].root = cli_get(cli, "root");
	}
	return STATUS_OK;
}

static int
run(struct cli *cli)
{
	struct console *console = own_alloc(sizeof *console);
	AUTO_PLACE struct place place = { 0 };
	AUTO_FREE char *socket = NULL;
	AUTO_FD int signals = -1;
	int status;

	place_init(&place, cli_get(cli, "root"));
	socket = place_path(place.run, "gate.sock", NULL);
	queue_init(&console->queue);
	status = add_links(cli, console, socket);
	if (status == STATUS_OK && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		status = cli_fail(cli, STATUS_USAGE, "the console needs a terminal; use postern requests and postern grant here");
	if (status == STATUS_OK) {
		signals = catch_signals();
		screen_open(console);
		status = console_run(console, signals);
		screen_close();
	}
	for (unsigned i = 0; i < console->link_count; i++)
		link_done(&console->links[i]);
	queue_done(&console->queue);
	free(console);
	return status;
}

/* clang-format off */
static const struct cli_option options[] = {
	{ 0,	"root",	"DIR",	"the gate of a trial under DIR" },
	{ 0,	"as",	"NAME",	"who to be, in a trial" },
	{ 'H',	"host",	"HOST",	"the gate of HOST, over ssh (by key or agent); may be given several times" },
	{ 0,	NULL,	NULL,	NULL }
};

static const struct cli_verb verbs[] = {
	{ "console", "", "Shows who waits for a decision and what runs; grants, denies, revokes", options, run, 0, 0 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 }
};
/* clang-format on */

/* Called as `postern-console [options]`; the front door may leave its own word "console" in front. */
int
main(int argc, char **argv)
{
	bool has_verb = argc > 1 && strcmp(argv[1], "console") == 0;
	AUTO_FREE char **words = own_alloc(((size_t)argc + 2) * sizeof *words);
	char program[] = "postern";
	char verb[] = "console";
	int count = 2;

	setlocale(LC_ALL, "");
	secret_init();
	words[0] = program;
	words[1] = verb;
	for (int i = has_verb ? 2 : 1; i < argc; i++)
		words[count++] = argv[i];
	return cli_main(program, "", verbs, count, words, NULL);
}
