/* SPDX-License-Identifier: ISC */
/* What `ssh bastion` shows: live grants first, then the roles, then three plain questions. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/rawtty.h"
#include "recorder/client/ask.h"
#include "recorder/client/commands.h"
#include "recorder/client/enter.h"

#define CHOICES		256
#define OTHER_COLS	48	/* number, role, time and who is asked */
#define ABOUT_LEAST	16
#define ABOUT_MOST	42

/* One line of the menu: a grant to enter, or a role to ask for. */
struct choice {
	struct id	 grant;
	char		*role;
	int64_t		 default_s, most_s;
	int64_t		 glass_s;	/* without a decision, at most so long; 0: not */
	bool		 may;		/* can be asked for now */
};

struct menu {
	struct choice	choices[CHOICES];
	size_t		count;
	int		cols;		/* of the window */
	int		about_cols;	/* for what a role is about: what the other columns leave of the window */
};

static void
menu_done(struct menu *menu)
{
	for (size_t i = 0; i < menu->count; i++)
		free(menu->choices[i].role);
	menu->count = 0;
}

static struct choice *
add(struct menu *menu, const char *role)
{
	struct choice *choice;

	if (menu->count == CHOICES)
		return NULL;
	choice = &menu->choices[menu->count++];
	*choice = (struct choice){ .role = own_dup(role) };
	return choice;
}

static int
add_grant(struct client *client, const void *fields, void *user)
{
	const struct wire_grant_row *row = fields;
	struct choice *choice;
	struct menu *menu = user;
	char a[CLOCK_TEXT];
	char b[CLOCK_TEXT];

	(void)client;
	if (row->usable_us > clock_wall_us()) {
		printf("     %-14s granted from %s on\n", row->role, clock_local(row->usable_us, a));
		return 0;
	}
	choice = add(menu, row->role);
	if (choice == NULL)
		return 0;
	choice->grant = row->grant;
	if (row->ends_us != 0)
		printf("  %zu  %-14s yours until %s, granted by %s\n", menu->count, row->role, clock_minute(row->ends_us, a), row->by);
	else
		printf("  %zu  %-14s granted for %s by %s; enter it before %s\n", menu->count, row->role,
		    clock_span(row->seconds, a), row->by, clock_minute(row->lapses_us, b));
	return 0;
}

static int
add_role(struct client *client, const void *fields, void *user)
{
	const struct wire_role *row = fields;
	struct menu *menu = user;
	struct choice *choice;
	char usual[CLOCK_TEXT];
	char about[512];
	char asks[512];
	char head[1024];

	(void)client;
	if (!row->may && row->glass_s == 0)
		return 0;
	choice = add(menu, row->role);
	if (choice == NULL)
		return 0;
	choice->default_s = row->default_s;
	choice->most_s = row->most_s;
	choice->glass_s = row->glass_s;
	choice->may = row->may;
	text_fit(row->about, menu->about_cols, !text_utf8_locale(), about, sizeof about);
	snprintf(head, sizeof head, "  %zu  %-14s %s%*s usually %s   ", menu->count, row->role, about, menu->about_cols - text_width(about), "",
	    clock_span(row->default_s, usual));
	/* Who decides is said again while one waits: here it has what is left of the line. */
	text_fit(row->may ? row->asks : "break-glass only", menu->cols - text_width(head), !text_utf8_locale(), asks, sizeof asks);
	printf("%s%s\n", head, asks);
	if (row->glass_s > 0)
		printf(" !%zu  %-14s BREAK-GLASS: at once, without a decision, reviewed afterwards\n", menu->count, "");
	return 0;
}

/* One line from the person; NULL at the end of input. The caller frees it. */
static char *
prompt(const char *question)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	ssize_t count;

	printf("%s", question);
	fflush(stdout);
	count = getline(&line, &size, stdin);
	if (count < 0)
		return NULL;
	while (count > 0 && (line[count - 1] == '\n' || line[count - 1] == '\r' || line[count - 1] == ' '))
		line[--count] = '\0';
	return TAKE(line, NULL);
}

static const struct choice *
find_choice(const struct menu *menu, const char *answer)
{
	size_t number = strtoul(answer, NULL, 10);

	if (number >= 1 && number <= menu->count)
		return &menu->choices[number - 1];
	for (size_t i = 0; i < menu->count; i++)
		if (strcmp(menu->choices[i].role, answer) == 0)
			return &menu->choices[i];
	return NULL;
}

/* The number or name of a choice; NULL when the person leaves. *glass: with a '!' before it. */
static const struct choice *
choose(const struct menu *menu, bool *glass)
{
	char question[64];

	snprintf(question, sizeof question, "\nRole [1-%zu]: ", menu->count);
	for (;;) {
		AUTO_FREE char *answer = prompt(question);
		const struct choice *choice;

		if (answer == NULL || strcmp(answer, "q") == 0 || strcmp(answer, "exit") == 0)
			return NULL;
		*glass = answer[0] == '!';
		choice = find_choice(menu, answer + *glass);
		if (choice != NULL && *glass && choice->glass_s == 0)
			printf("%s has no break-glass for you; without the ! it can be asked for.\n", choice->role);
		else if (choice != NULL && !*glass && id_is_zero(&choice->grant) && !choice->may)
			printf("%s cannot be asked for now; only its break-glass, !%s, is open.\n", choice->role, answer);
		else if (choice != NULL)
			return choice;
		else if (answer[0] != '\0')
			printf("There is no '%s' here. Type a number, or q to leave.\n", answer);
	}
}

static char *
ask_why(void)
{
	for (;;) {
		char *why = prompt("Why (ticket or sentence): ");

		if (why == NULL || why[0] != '\0')
			return why;
		free(why);
		printf("A reason is needed; the approver and the record will show it.\n");
	}
}

/* Seconds; negative when the person leaves. */
static int64_t
ask_how_long(const struct choice *choice)
{
	char question[160];
	char usual[CLOCK_TEXT];
	char most[CLOCK_TEXT];
	int64_t seconds;

	snprintf(question, sizeof question, "How long [%s, at most %s]: ", clock_span_code(choice->default_s, usual),
	    clock_span_code(choice->most_s, most));
	for (;;) {
		AUTO_FREE char *answer = prompt(question);

		if (answer == NULL)
			return -1;
		if (answer[0] == '\0')
			return choice->default_s;
		if (clock_parse_span(answer, &seconds) < 0 || seconds <= 0)
			printf("Write a length of time such as 90s, 30m or 2h.\n");
		else if (seconds > choice->most_s)
			printf("This role can be had for at most %s.\n", clock_span(choice->most_s, most));
		else
			return seconds;
	}
}

/* Asks for a role that is not granted yet. 0 with the grant, or an exit status. */
static int
get_role(struct client *client, const struct choice *choice, struct id *grant)
{
	AUTO_FREE char *why = ask_why();
	struct ask ask = { .role = choice->role, .reason = why };
	struct id request;
	int r;

	if (why == NULL)
		return STATUS_CANCELLED;
	ask.seconds = ask_how_long(choice);
	if (ask.seconds < 0)
		return STATUS_CANCELLED;
	r = ask_send(client, &ask, &request);
	return r != 0 ? r : ask_wait(client, &request, grant);
}

/* Asked twice: what it means before the reason, and the role's name after it. 0 with the grant, or an exit status. */
static int
get_glass(struct client *client, const struct choice *choice, struct id *grant)
{
	AUTO_FREE char *why = NULL;
	AUTO_FREE char *name = NULL;
	struct ask ask = { .role = choice->role };
	char question[160];
	char span[CLOCK_TEXT];

	printf("\nBREAK-GLASS into %s, for %s. Nobody decides it. Every approver is told now, it is red on their consoles until\n"
	    "one of them has reviewed it, and until then you cannot do this again.\n", choice->role, clock_span(choice->glass_s, span));
	why = ask_why();
	if (why == NULL)
		return STATUS_CANCELLED;
	snprintf(question, sizeof question, "Type the role's name, %s, to enter without a decision: ", choice->role);
	name = prompt(question);
	if (name == NULL || strcmp(name, choice->role) != 0)
		return cli_fail(client->cli, STATUS_CANCELLED, "that is not its name; nothing was done");
	ask.reason = why;
	return ask_glass(client, &ask, grant);
}

static int
show(struct client *client, struct menu *menu)
{
	struct wire_grants grants = { .all = false };
	struct wire_roles roles = { .all = false };
	int cols, rows;
	int r;

	if (rawtty_size(STDOUT_FILENO, &cols, &rows) < 0)
		cols = 80;
	menu->cols = cols;
	menu->about_cols = cols - OTHER_COLS;
	if (menu->about_cols < ABOUT_LEAST)
		menu->about_cols = ABOUT_LEAST;
	if (menu->about_cols > ABOUT_MOST)
		menu->about_cols = ABOUT_MOST;
	printf("Postern on %s. You have no standing access here; everything you do is recorded.\n\n", client->welcome->host);
	r = client_ask(client, WIRE_GRANTS, &grants, WIRE_GRANT_ROW, add_grant, menu);
	return r != 0 ? r : client_ask(client, WIRE_ROLES, &roles, WIRE_ROLE, add_role, menu);
}

int
cmd_menu(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	__attribute__((cleanup(menu_done))) struct menu menu = { .count = 0 };
	const struct choice *choice;
	struct id grant;
	bool glass = false;
	int r = client_open(&client, cli);

	if (r == 0)
		r = show(&client, &menu);
	if (r != 0)
		return r;
	if (menu.count == 0)
		return cli_fail(cli, STATUS_DENIED, "no role of this bastion is open to you (%s) now", client.welcome->person);
	choice = choose(&menu, &glass);
	if (choice == NULL)
		return STATUS_OK;
	grant = choice->grant;
	if (glass)
		r = get_glass(&client, choice, &grant);
	else
		r = id_is_zero(&grant) ? get_role(&client, choice, &grant) : 0;
	return r != 0 ? r : enter_run(&client, &(struct enter){ .grant = &grant });
}
