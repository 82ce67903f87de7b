/* SPDX-License-Identifier: ISC */
/* What a person at the player has in front of them. */
#ifndef POSTERN_PLAYER_PLAYER_H
#define POSTERN_PLAYER_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/term/screen.h"
#include "player/canvas.h"
#include "player/deck.h"
#include "player/draw.h"

#define PLAYER_SAID	512
#define PLAYER_PROMPT	64

/* How times are shown and typed times are read first. */
enum player_clock { PLAYER_RELATIVE, PLAYER_WALL, PLAYER_ZONE, PLAYER_CLOCKS };

struct player {
	struct tape		*tape;
	struct deck		 deck;
	struct theme		 theme;
	struct canvas		 canvas;	/* where the picture was last painted */
	struct screen_view	 view;		/* and what it was */
	bool			 has_view;
	enum player_clock	 clock;
	bool			 shows_keys;	/* the strip of typed keys */
	bool			 shows_help;
	int			 help_from;	/* first row of help that is shown */
	bool			 pans;		/* by hand; else the picture follows its cursor */
	bool			 prompts;	/* a time is being typed */
	char			 prompt[PLAYER_PROMPT];
	char			 said[PLAYER_SAID];
	enum ink		 said_ink;
	int64_t			 said_us;	/* boot time */
	bool			 told_end, told_open;
	bool			 quits;
};

/* A sentence for a while. */
void	player_say(struct player *player, enum ink ink, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "2:05", "14:07:44" or with date and zone, as the clock is set. `text` has CLOCK_TEXT bytes; returned. */
char	*player_time(const struct player *player, int64_t t_us, char *text);

/* Until `q`, a signal, or the end of the terminal. `signals`: a signalfd. */
void	player_run(struct player *player, int signals);

#endif
