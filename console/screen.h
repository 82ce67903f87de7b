/* SPDX-License-Identifier: ISC */
/* The whole screen: header, the present view, status line, footer. */
#ifndef POSTERN_CONSOLE_SCREEN_H
#define POSTERN_CONSOLE_SCREEN_H

struct console;

#define SCREEN_LEAST_COLS	60	/* made for 80x24 and more; below this a sentence is all there is */
#define SCREEN_LEAST_ROWS	14

/* Raw keys, no echo, wide characters; the terminal is given back at exit() whatever happens. */
void	screen_open(struct console *console);
void	screen_close(void);

/* Follows the terminal's present size. */
void	screen_resize(void);

/* Draws everything and shows it. */
void	screen_paint(struct console *console);

#endif
