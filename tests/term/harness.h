/* SPDX-License-Identifier: ISC */
/*
 * A program on a pty, and what a person would see of it: tests wait for words on the screen, never for time. The
 * screen is libvterm behind our guard, 80x24 or as asked; the program gets TERM=xterm-256color, LANG=C.UTF-8, TZ=UTC.
 */
#ifndef POSTERN_TESTS_TERM_HARNESS_H
#define POSTERN_TESTS_TERM_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct term;

#define TERM_LIMIT_S	60	/* how long to wait for anything; the environment's TERM_LIMIT overrides it */

/* Starts argv[0] (searched in PATH). NULL after a sentence on stderr. term_free() kills what still runs. */
struct term	*term_start(char *const argv[], int cols, int rows);
void		 term_free(struct term *term);

/*
 * True as soon as `words` stand on the screen, in one row (or, with a line feed inside, in rows one after the other).
 * False when the limit has passed or the program has ended without them; the screen is then printed on stderr.
 */
bool		 term_wait(struct term *term, const char *words);
bool		 term_wait_gone(struct term *term, const char *words);	/* until they do not stand there */

/* False if the program does not take them within the limit. */
bool		 term_type(struct term *term, const char *keys);
bool		 term_type_bytes(struct term *term, const void *bytes, size_t count);

void		 term_resize(struct term *term, int cols, int rows);
void		 term_hang_up(struct term *term);	/* closes the pty, as when the line drops */
void		 term_signal(struct term *term, int number);
pid_t		 term_pid(const struct term *term);

/* Rows end with line feeds, without blanks at their ends and blank rows at the bottom. The caller frees. */
char		*term_screen_text(struct term *term);
char		*term_row(struct term *term, int row);	/* from 0; "" outside of the screen */
void		 term_cursor(struct term *term, int *row, int *col, bool *is_visible);
const char	*term_title(struct term *term);
bool		 term_is_alternate(struct term *term);

/* Everything it has written so far (the last 4 MiB of it). */
const struct buf *term_bytes(struct term *term);

/* Reads what there is, waiting at most `wait_ms` for it; false once the program has closed the terminal. */
bool		 term_pump(struct term *term, int wait_ms);
int		 term_fd(const struct term *term);	/* to poll for what term_pump() reads; -1 when closed */

/* Waits for the program's end: its exit status, 128 + signal, or -1 if it had to be killed at the limit. */
int		 term_end(struct term *term);
bool		 term_has_ended(struct term *term, int *status);

#endif
