/* SPDX-License-Identifier: ISC */
/*
 * Playing: where in the recording one is, how fast it goes on, and the picture there, painted by a sandboxed child. The
 * picture at a place is always the nearest still before it and the events from there on, so it does not depend on the
 * way one came.
 */
#ifndef POSTERN_PLAYER_DECK_H
#define POSTERN_PLAYER_DECK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/event.h"
#include "lib/term/screen.h"
#include "player/scout.h"

#define DECK_SPEED_MOST	4		/* 2 to the power of it; and as slow */
#define DECK_IDLE_US	INT64_C(2000000)
#define DECK_BAD_MOST	32		/* places where the painter died: more are not remembered */
#define DECK_SAID	200

enum deck_goal { DECK_THERE, DECK_TO_EVENT, DECK_TO_TIME };

struct deck {
	struct tape		*tape;
	struct scout		 scout;
	struct rec_reader	*reader;
	struct rec_event	 next;		/* the event n, if has_next: borrowed from the reader */
	bool			 has_next;
	int			 error;		/* of the source, where the scout had met none: the gate has gone; 0 */
	uint64_t		 n;		/* events that have happened */
	int64_t			 t_us;		/* since the start; between event n - 1 and event n */
	int64_t			 quiet_us;	/* nothing happened since then */
	int64_t			 skipped_us;	/* of silence, just now; 0 */
	int			 speed;		/* power of two */
	bool			 is_paused;
	bool			 limits_idle;
	bool			 follows;	/* at the end of a running one: what comes is shown at once */
	enum deck_goal		 goal;
	uint64_t		 goal_n;
	int64_t			 goal_us;
	struct screen		*screen;	/* NULL: none could be made */
	int			 cols, rows;	/* of the recorded terminal, here */
	int64_t			 ticked_us;	/* boot time: the clock went on until then */
	int64_t			 looked_us;	/* boot time: asked for more of a running one */
	uint64_t		 bad[DECK_BAD_MOST];	/* events that are left out */
	unsigned		 bad_count;
	char			 said[DECK_SAID];	/* what went wrong with the picture last; "" */
};

/* Takes both readers and the screen, which must have the recording's size. */
void	deck_init(struct deck *deck, struct tape *tape, struct rec_reader *ahead, struct screen *screen);
void	deck_done(struct deck *deck);

/*
 * Goes on by the time that has passed, or towards the goal, and reads ahead; for about `budget_us`. True if the picture or the
 * place may have changed.
 */
bool	deck_work(struct deck *deck, int64_t budget_us);

/* Milliseconds until there is something to do; 0 at once, -1 never. */
int	deck_wait_ms(const struct deck *deck);

/* Goals. Times outside are brought inside. */
void	deck_go_time(struct deck *deck, int64_t t_us);
void	deck_go_event(struct deck *deck, uint64_t n);
void	deck_go_end(struct deck *deck);		/* of a running one: follows it from then on */
void	deck_step(struct deck *deck, int by);	/* one event, and pauses */

void	deck_pause(struct deck *deck, bool is_paused);
void	deck_set_speed(struct deck *deck, int speed);

/* The picture here; ERR_SCREEN if there is none. A painter that has died is told in `said`. */
int	deck_look(struct deck *deck, struct screen_view *view);

/* Everything has been played, and there will be no more. */
bool	deck_is_over(const struct deck *deck);
/* It is running, as far as one can know. */
bool	deck_is_live(const struct deck *deck);
/* The end as it is known, or the recording's own word for it. */
int64_t	deck_length_us(const struct deck *deck);

#endif
