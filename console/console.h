/* SPDX-License-Identifier: ISC */
/* All that the console is at one moment, and its loop. */
#ifndef POSTERN_CONSOLE_CONSOLE_H
#define POSTERN_CONSOLE_CONSOLE_H

#include "console/draw.h"
#include "console/link.h"
#include "console/prompt.h"

#define CONSOLE_STATUS	2304
#define CONSOLE_LINKS	16

/* What the open prompt, or the act that waits for its answer, is about. */
struct target {
	bool		 set;
	enum list	 list;
	unsigned	 link;
	struct id	 id;
	int64_t		 seconds;	/* chosen on the way to the act */
};

struct console {
	struct theme	 theme;
	struct queue	 queue;
	struct link	 links[CONSOLE_LINKS];
	unsigned	 link_count;
	const struct view *view;
	int		 scroll;	/* of the details and help views */
	size_t		 top[LIST_COUNT];	/* first row shown of each list */
	struct prompt	 prompt;
	struct target	 target;
	char		 status[CONSOLE_STATUS];	/* what happened last */
	enum ink	 status_ink;
	int64_t		 status_us;	/* wall: when it was said */
	int64_t		 sign_looked_us;	/* boot: sign_look() */
	int64_t		 now_us;	/* wall: one time for everything on a screen */
	bool		 quit;
};

/* Runs until the person leaves or the terminal goes away. The screen is up. Returns an exit status. */
int	 console_run(struct console *console, int signals);

/* Says something on the status line. */
void	 console_say(struct console *console, enum ink ink, const char *format, ...)
	    __attribute__((format(printf, 3, 4)));

/* Shows a view from its top. */
void	 console_show(struct console *console, const struct view *view);

/* The row under the pointer and its gate; NULL if there is none. */
struct row	*console_row(const struct console *console);
const struct link *console_link(const struct console *console, const struct row *row);

/* True if the gate of the row is there. */
bool	 console_is_up(const struct console *console, const struct row *row);

/* How many gates are up; the first that is not, or NULL. */
unsigned	 console_up(const struct console *console);
const struct link *console_lost(const struct console *console);

/* The first gate that is up and has something wrong with it; NULL if none has. */
const struct link *console_troubled(const struct console *console);

/* True if the person decides for at least one role at one of the gates. */
bool	 console_is_approver(const struct console *console);

#endif
