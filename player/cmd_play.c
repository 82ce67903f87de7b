/* SPDX-License-Identifier: ISC */
/* postern play: opens the recording, takes the terminal, gives it back. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "player/commands.h"
#include "player/moment.h"
#include "player/player.h"
#include "player/stage.h"
#include "player/tape.h"

/* Everything that ends us or changes the window arrives by a descriptor, so that the terminal is always given back. */
static int
catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, 0 };

	signal(SIGPIPE, SIG_IGN);
	return signals_open(numbers, NULL);
}

/* "4", "1/4". 0 or STATUS_USAGE after a sentence. */
static int
read_speed(const struct cli *cli, int *speed)
{
	static const char *const names[] = { "1/16", "1/8", "1/4", "1/2", "1", "2", "4", "8", "16" };
	const char *text = cli_get(cli, "speed");

	*speed = 0;
	for (int i = 0; text != NULL && i < (int)(sizeof names / sizeof names[0]); i++)
		if (strcmp(names[i], text) == 0) {
			*speed = i - DECK_SPEED_MOST;
			return STATUS_OK;
		}
	return text == NULL ? STATUS_OK : cli_fail(cli, STATUS_USAGE, "'%s' is no speed: 1/16, 1/8, 1/4, 1/2, 1, 2, 4, 8 or 16", text);
}

static int
read_start(const struct cli *cli, const struct tape *tape, int64_t *t_us)
{
	const struct moment_range range = { .start_wall_us = tape->info->start_wall_us,
		.length_us = tape->info->duration_us >= 0 ? tape->info->duration_us : INT64_MAX };
	const char *text = cli_get(cli, "at");

	*t_us = 0;
	if (text != NULL && moment_parse(text, &range, t_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment: write 90s, 2m, 12:30 or 14:07:44", text);
	return STATUS_OK;
}

/* With everything opened: on the terminal until the person leaves. */
static int
run(struct player *player, int64_t start_us)
{
	AUTO_FD int signals = catch_signals();
	bool is_live;
	int status;

	if (start_us > 0)
		deck_go_time(&player->deck, start_us);
	if (player->tape->running)
		deck_go_end(&player->deck);
	stage_open(player);
	player_run(player, signals);
	stage_close();
	is_live = deck_is_live(&player->deck) && player->tape->running;
	status = player->deck.scout.at_end && !is_live ? tape_verdict(player->tape, player->deck.scout.reader) : STATUS_OK;
	if (player->deck.scout.error < 0 || player->deck.error < 0)
		status = cli_fail(player->tape->cli, STATUS_FAILED, "no more could be read: %s",
		    err_text(player->deck.error < 0 ? player->deck.error : player->deck.scout.error));
	return status;
}

int
cmd_play(struct cli *cli)
{
	AUTO_TAPE struct tape tape = { 0 };
	struct player *player;
	struct screen *screen = NULL;
	struct rec_reader *ahead;
	int64_t start_us = 0;
	int speed, status, r;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cli_fail(cli, STATUS_USAGE, "the player needs a terminal; use postern export here");
	status = read_speed(cli, &speed);
	if (status != STATUS_OK)
		return status;
	tape_ask_reason(cli, cli->words[0]);
	r = screen_new(80, 24, &screen);	/* before there are keys in our memory */
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "no process can be started for the picture: %s", err_text(r));
	status = tape_open(&tape, cli, cli->words[0], "play");
	if (status == STATUS_OK)
		status = tape_needs(&tape, false);
	if (status == STATUS_OK)
		status = read_start(cli, &tape, &start_us);
	if (status == STATUS_OK && (r = tape_reader(&tape, &ahead)) < 0)
		status = cli_fail(cli, cli_status(r), "%s: %s", cli->words[0], err_text(r));
	if (status != STATUS_OK) {
		screen_free(screen);
		return status;
	}
	player = own_alloc(sizeof *player);
	player->tape = &tape;
	deck_init(&player->deck, &tape, ahead, screen);
	deck_set_speed(&player->deck, speed);
	status = run(player, start_us);
	deck_done(&player->deck);
	free(player);
	return status;
}
