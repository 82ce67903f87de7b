/* SPDX-License-Identifier: ISC */
/* The whole screen: header, picture, typed keys, status, timeline, footer; and help. */
#ifndef POSTERN_PLAYER_STAGE_H
#define POSTERN_PLAYER_STAGE_H

struct player;

#define STAGE_LEAST_COLS	40
#define STAGE_LEAST_ROWS	8

/* The terminal, taken and given back; the latter also at exit(), and harmless twice. */
void	stage_open(struct player *player);
void	stage_close(void);

/* Follows the terminal's present size. */
void	stage_resize(void);

/* Draws all of it and shows it. */
void	stage_paint(struct player *player);

/* stage_strip.c: the keys typed before this place, into one row. */
void	stage_strip(const struct player *player, int row);

/* stage_bar.c: the timeline. */
void	stage_bar(const struct player *player, int row);

#endif
