/* SPDX-License-Identifier: ISC */
/* postern try: the whole product in one folder. Without a terminal it plays both sides itself and says what each step proved. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/own.h"
#include "recorder/cage/landlock.h"
#include "recorder/client/commands.h"
#include "recorder/client/pane.h"
#include "recorder/client/tour.h"

#define END_TRIES	100	/* 10 s */
#define GRANTED		"8s"	/* so that the newcomer need not wait for the end */
#define TOKEN_SECRET	"R8kZ2xY7vQ1wE5tN3mB9cL0aS4dF6gH2jK8p"
#define TOKEN	"ghp_" TOKEN_SECRET
#define MARK		"all that I typed was recorded"

#define AUTO_PANE	__attribute__((cleanup(pane_done)))

/* What stood on the screen when a step failed. */
static void
show_screen(const struct pane *pane, bool held)
{
	AUTO_FREE char *text = NULL;

	if (held || pane->grid == NULL)
		return;
	text = pane_text(pane);
	printf("---- the screen:\n%s----\n", text);
}

/* Without a grant there is nothing. */
static void
no_standing_access(struct tour *tour)
{
	AUTO_FREE char *said = NULL;
	int status = tour_run(tour, &said, "engineer", "enter", "shell", NULL);

	tour_proved(tour, status == STATUS_USAGE && strstr(said, "you hold no grant") != NULL, "without a grant there is no shell");
}

static void
ask(struct tour *tour)
{
	AUTO_FREE char *said = NULL;
	int status = tour_run(tour, &said, "engineer", "request", "shell", "--for", "2m", "--reason", "INC-4821 customers see empty baskets", NULL);

	snprintf(tour->request, sizeof tour->request, "%.32s", said);
	tour_proved(tour, status == 0 && strlen(tour->request) == 32, "the engineer asks for the role 'shell' for 2 min, with a reason (request %.8s)", tour->request);
}

static void
four_eyes(struct tour *tour)
{
	AUTO_FREE char *said = NULL;
	int status = tour_run(tour, &said, "engineer", "grant", tour->request, NULL);

	tour_proved(tour, status == STATUS_DENIED, "the engineer cannot grant it to themselves (exit status %d)", status);
}

/* In the console, with the keys a person would press: less time than was asked for. */
static void
grant_in_console(struct tour *tour)
{
	static const char *const words[] = { "console", NULL };
	AUTO_FREE char **argv = tour_argv(tour, "approver", words);
	AUTO_PANE struct pane console = { .fd = -1 };
	AUTO_FREE char *said = NULL;
	bool seen = pane_start(&console, argv, 100, 30) == 0 && pane_wait(&console, "INC-4821", 20);

	show_screen(&console, tour_proved(tour, seen, "the approver sees it in the console"));
	pane_type(&console, "g", 1);
	if (pane_wait(&console, "for how long?", 10))
		pane_type(&console, GRANTED "\r", strlen(GRANTED) + 1);
	if (pane_wait(&console, "Comment for", 10))
		pane_type(&console, "enough to look\r", 15);
	for (int i = 0; i < 100; i++) {
		free(said);
		tour_run(tour, &said, "engineer", "status", NULL);
		if (strstr(said, "granted by approver") != NULL)
			break;
		pane_pump(&console, 100);
	}
	tour_proved(tour, strstr(said, "granted by approver") != NULL, "and grants it there for " GRANTED " instead of 2 min");
	pane_type(&console, "q", 1);
	pane_wait_end(&console, 5);
}

/* What an engineer prints by mistake. The value is nobody's; while it is typed it is covered as well. */
static void
show_token(struct tour *tour, struct pane *shell)
{
	AUTO_FREE char *shown = NULL;
	bool is_covered;

	pane_type(shell, "echo " TOKEN "\r", strlen("echo " TOKEN "\r"));
	is_covered = pane_wait(shell, "\n****", 10);
	shown = pane_text(shell);
	show_screen(shell, tour_proved(tour, is_covered && strstr(shown, TOKEN_SECRET) == NULL, "a token that is shown is covered on the screen"));
}

/* A shell on a pty, as the engineer has it; the picture when it ended is kept. */
static char *
work(struct tour *tour)
{
	static const char *const words[] = { "enter", "shell", NULL };
	AUTO_FREE char **argv = tour_argv(tour, "engineer", words);
	AUTO_PANE struct pane shell = { .fd = -1 };
	int status;

	if (!tour_proved(tour, pane_start(&shell, argv, 80, 24) == 0 && pane_wait(&shell, "$\n", 20), "the engineer enters; a recorded shell opens"))
		return pane_text(&shell);
	pane_type(&shell, "echo " MARK "\r", strlen("echo " MARK "\r"));
	show_screen(&shell, tour_proved(tour, pane_wait(&shell, "\n" MARK, 10), "a command runs in it"));
	show_token(tour, &shell);
	if (landlock_abi() > 0) {
		pane_type(&shell, "ls /home\r", 9);
		show_screen(&shell, tour_proved(tour, pane_wait(&shell, "\nls: ", 10), "the kernel refuses what the role does not list (/home)"));
	}
	pane_type(&shell, "sleep 1000\r", 11);
	status = pane_wait_end(&shell, 30);
	show_screen(&shell, tour_proved(tour, pane_wait(&shell, "are over", 1) && status != 0,
	    "after " GRANTED " it ended by itself, in the middle of a command, and said why"));
	return pane_text(&shell);
}

/* The gate hears of the end from the recorder, at about the time at which the terminal does. */
static void
find_session(struct tour *tour)
{
	AUTO_FREE char *said = NULL;
	const char *id;
	int status = 1;

	for (int i = 0; i < END_TRIES && (said == NULL || strstr(said, "\"state\":\"ended\"") == NULL); i++) {
		free(said);
		said = NULL;
		usleep(i > 0 ? 100000 : 0);
		status = tour_run(tour, &said, "auditor", "sessions", "--all", "--json", NULL);
	}
	id = strstr(said, "\"id\":\"");
	snprintf(tour->session, sizeof tour->session, "%.32s", id != NULL ? id + 6 : "");
	tour_proved(tour, status == 0 && strstr(said, "\"state\":\"ended\"") != NULL && strstr(said, "\"survivors\":0") != NULL,
	    "its end is on record: no process survived");
}

static void
replay(struct tour *tour, const char *shown)
{
	AUTO_FREE char *said = NULL;
	int status = tour_run(tour, &said, "auditor", "export", tour->session, "--as", "screen", "--reason", "to see that it is all there", NULL);
	const char *end = strstr(said, "sleep 1000");
	size_t count = end != NULL ? (size_t)(end - said) : 0;

	tour_proved(tour, status == 0 && count > 0 && strstr(said, MARK) != NULL && strncmp(said, shown, count) == 0,
	    "the auditor replays it: the same screen that the engineer saw");
	free(said);
	said = NULL;
	status = tour_run(tour, &said, "auditor", "export", tour->session, "--as", "text", "--reason", "to see that it is all there", NULL);
	tour_proved(tour, status == 0 && strstr(said, MARK) != NULL && strstr(said, TOKEN_SECRET) == NULL, "and the token is in no recorded byte either");
}

static void
others_cannot(struct tour *tour)
{
	AUTO_FREE char *said = NULL;
	int status = tour_run(tour, &said, "engineer", "export", tour->session, "--as", "text", "--reason", "to see that it is all there", NULL);

	tour_proved(tour, status == STATUS_DENIED, "nobody but an auditor can (exit status %d)", status);
}

static int
play_both_sides(struct tour *tour)
{
	AUTO_FREE char *shown = NULL;

	no_standing_access(tour);
	ask(tour);
	four_eyes(tour);
	grant_in_console(tour);
	if (tour->failed == 0)
		shown = work(tour);
	if (tour->failed == 0)
		find_session(tour);
	if (tour->failed == 0) {
		replay(tour, shown);
		others_cannot(tour);
		tour_deletion(tour);
	}
	if (tour->failed == 0)
		printf("All %d held.\n", tour->step);
	else
		printf("%d of %d did not hold, and what follows was left out.\n", tour->failed, tour->step);
	return tour->failed == 0 ? STATUS_OK : STATUS_FAILED;
}

static int
play_and_point(struct tour *tour, int (*play)(struct tour *))
{
	int r = play(tour);

	if (tour->failed > 0)
		printf("The gate's journal is %s/posternd.log (with --keep).\n", tour->dir);
	return r;
}

static int
alone(struct tour *tour)
{
	return play_and_point(tour, play_both_sides);
}

static int
with_hands(struct tour *tour)
{
	return play_and_point(tour, tour_split);
}

int
cmd_try(struct cli *cli)
{
	bool split = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !cli_has(cli, "auto");
	struct tour tour;
	int r = tour_begin(&tour);

	if (r == 0)
		r = tour_guard(&tour, split ? with_hands : alone);
	else if (tour.dir != NULL)
		printf("The gate's journal is %s/posternd.log (with --keep).\n", tour.dir);
	tour_end(&tour, cli_has(cli, "keep"));
	return r;
}
