/* SPDX-License-Identifier: ISC */
/* ENTER, then silence until the worker speaks; from then on only bytes and sizes are relayed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/keyname.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/text.h"
#include "recorder/client/ask.h"
#include "recorder/client/commands.h"
#include "recorder/client/enter.h"
#include "recorder/client/relay.h"

extern char **environ;

#define LOCALES	32	/* most LANG and LC_* variables that cross */

/* What crosses of the environment: LANG and LC_*. The other side checks them again. */
static void
collect_locale(char *locale[LOCALES + 1])
{
	size_t count = 0;

	for (char **e = environ; *e != NULL && count < LOCALES; e++)
		if (strncmp(*e, "LANG=", 5) == 0 || strncmp(*e, "LC_", 3) == 0)
			if (strlen(*e) < 100 && text_is_clean(*e, strlen(*e)))
				locale[count++] = *e;
	locale[count] = NULL;
}

static bool
wants_tty(const struct enter *enter)
{
	if (enter->force_tty || enter->no_tty)
		return enter->force_tty;
	/* As ssh does: a command of one's own runs without a terminal, unless there is one on both ends. */
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void
fill_size(struct wire_enter *question)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	question->cols = size.ws_col;
	question->rows = size.ws_row;
}

/* The first word of ~/.config/postern/menu-key; "" if there is none. The caller frees it. */
static char *
own_menu_key(void)
{
	const char *home = getenv("HOME");
	AUTO_FREE char *path = place_path(home != NULL ? home : "", ".config/postern", "menu-key");
	char *text = NULL;

	if (fdio_slurp_path(path, 64, &text, NULL) < 0)
		return own_dup("");
	text[strcspn(text, " \t\r\n")] = '\0';
	if (text_is_clean(text, strlen(text)))
		return text;
	free(text);
	return own_dup("");
}

static void
on_started(void *user, const struct wire_started *started)
{
	(void)user;
	if (started->text[0] != '\0' && isatty(STDERR_FILENO))
		fprintf(stderr, "%s\r\n", started->text);
}

static int
relay(struct client *client, bool tty)
{
	AUTO_RELAY_RESULT struct relay_result result = { 0 };
	const struct relay_params params = { .conn = &client->conn, .tty = tty, .in = STDIN_FILENO, .out = STDOUT_FILENO,
		.err = STDERR_FILENO, .started = on_started };
	int r;

	client->conn.hears = WIRE_WORKER_TO_CLIENT;
	r = relay_run(&params, &result);
	if (r < 0)
		return cli_fail(client->cli, STATUS_FAILED, "the session could not begin: %s", err_text(r));
	if (result.end == RELAY_FAILED)
		return cli_fail(client->cli, result.status, "%s", result.text);
	/* Without a terminal standard error belongs to the command; it is only told there why that could not end by itself. */
	if (result.text[0] != '\0' && (tty || result.end == RELAY_BROKEN || (result.why != NULL && strcmp(result.why, "exited") != 0)))
		fprintf(stderr, "%s\n", result.text);
	return result.status;
}

int
enter_run(struct client *client, const struct enter *enter)
{
	char id[ID_TEXT] = "";
	char *locale[LOCALES + 1];
	const char *term = getenv("TERM");
	AUTO_FREE char *role = own_dup(enter->role != NULL ? enter->role : "");
	AUTO_FREE char *term_copy = text_clean(term != NULL ? term : "dumb", strnlen(term != NULL ? term : "dumb", 64));
	AUTO_FREE char *menu = enter->menu != NULL ? own_dup(enter->menu) : own_menu_key();
	struct wire_enter question = { .grant = id, .role = role, .tty = wants_tty(enter), .term = term_copy,
		.locale = locale, .menu = menu, .command = enter->command, .files = enter->files };
	int r;

	if (enter->grant != NULL)
		id_text(enter->grant, id);
	collect_locale(locale);
	fill_size(&question);
	r = wire_send(&client->conn, WIRE_ENTER, &question);
	return r < 0 ? client_lost(client, r) : relay(client, question.tty);
}

struct wanted {
	const char	*role;
	struct id	 grant, early;	/* early: for later */
};

static int
match_grant(struct client *client, const void *fields, void *user)
{
	const struct wire_grant_row *row = fields;
	struct wanted *wanted = user;

	(void)client;
	if (strcmp(row->role, wanted->role) != 0)
		return 0;
	if (row->usable_us > clock_wall_us())
		wanted->early = row->grant;
	else if (id_is_zero(&wanted->grant))
		wanted->grant = row->grant;
	return 0;
}

static int
find(struct client *client, struct wanted *wanted)
{
	struct wire_grants question = { .all = false };

	return client_ask(client, WIRE_GRANTS, &question, WIRE_GRANT_ROW, match_grant, wanted);
}

int
enter_find(struct client *client, const char *role, struct id *grant)
{
	struct wanted wanted = { .role = role };
	int r = find(client, &wanted);

	if (r == 0)
		*grant = wanted.grant;
	return r;
}

/* Asks first where there is no live grant. */
static int
get_grant(struct client *client, struct ask *ask, struct id *grant)
{
	struct wanted wanted = { .role = ask->role };
	bool asks = ask->reason != NULL && ask->reason[0] != '\0';
	struct id request;
	int r = find(client, &wanted);

	/* A grant for later, and no wish to ask anew: the gate says that it is not usable yet. */
	*grant = id_is_zero(&wanted.grant) && !asks ? wanted.early : wanted.grant;
	if (r != 0 || !id_is_zero(grant))
		return r;
	if (ask->glass && !asks)
		return cli_fail(client->cli, STATUS_USAGE, "break-glass needs a reason: --reason TEXT; everybody who reviews it will read it");
	if (ask->glass)
		return ask_glass(client, ask, grant);
	if (!asks)
		return cli_fail(client->cli, STATUS_USAGE, "you hold no grant for '%s'; say why you need it with --reason TEXT", ask->role);
	r = ask_send(client, ask, &request);
	return r != 0 ? r : ask_wait(client, &request, grant);
}

int
cmd_enter(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct ask ask = { .role = cli->words[0], .reason = cli_get(cli, "reason"), .glass = cli_has(cli, "break-glass") };
	struct enter enter = { .force_tty = cli_has(cli, "tty"), .no_tty = cli_has(cli, "no-tty") };
	struct id grant;
	int r = client_span(cli, "for", &ask.seconds);

	enter.menu = cli_get(cli, "menu-key");
	if (r == 0 && enter.menu != NULL && keyname_parse(enter.menu, (uint8_t[KEYNAME_BYTES]){ 0 }, &(size_t){ 0 }) < 0)
		r = cli_fail(cli, STATUS_USAGE, "'%s' is no key for the session menu (write F12, ^] or off)", enter.menu);
	if (r == 0 && (cli->word_count == 0 || cli->after_dashes != 1))
		r = cli_fail(cli, STATUS_USAGE, "it is: enter ROLE [-- CMD]");
	if (r == 0)
		r = client_open(&client, cli);
	if (r == 0)
		r = get_grant(&client, &ask, &grant);
	if (r != 0)
		return r;
	enter.grant = &grant;
	enter.command = cli->words + 1;
	return enter_run(&client, &enter);
}
