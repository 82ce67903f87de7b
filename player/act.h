/* SPDX-License-Identifier: ISC */
/* What the keys do. The argument is the key table's. */
#ifndef POSTERN_PLAYER_ACT_H
#define POSTERN_PLAYER_ACT_H

struct player;

void	act_pause(struct player *player, int unused);
void	act_step(struct player *player, int by);
void	act_seconds(struct player *player, int by);
void	act_speed(struct player *player, int by);	/* 0: as it was recorded */
void	act_tenth(struct player *player, int tenth);
void	act_start(struct player *player, int unused);
void	act_end(struct player *player, int unused);
void	act_ask_time(struct player *player, int unused);
void	act_mark(struct player *player, int by);
void	act_keys(struct player *player, int unused);
void	act_clock(struct player *player, int unused);
void	act_idle(struct player *player, int unused);
void	act_pan_rows(struct player *player, int by);
void	act_pan_cols(struct player *player, int by);
void	act_save(struct player *player, int unused);
void	act_help(struct player *player, int unused);
void	act_back(struct player *player, int unused);
void	act_quit(struct player *player, int unused);

/* The time that was typed. */
void	act_go(struct player *player, const char *text);

#endif
