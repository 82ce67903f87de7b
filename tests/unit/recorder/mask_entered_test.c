/* SPDX-License-Identifier: ISC */
/* Lines that were entered: found behind their prompts however they came to stand there, and nothing that was not echoed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_entered.h"

/* A terminal, and what was entered on it: lines end with '|', ends are "(N=STATUS)". */
struct desk {
	struct grid		*grid;
	struct mask_entered	*entered;
	struct buf		 told;
	enum mask_tty		 tty;
	int64_t			 now_us;
};

static void
on_line(void *user, const struct mask_entered_line *line)
{
	struct desk *d = user;

	assert_int_equal(strlen(line->text), line->count);
	(void)buf_add(&d->told, line->text, line->count);
	(void)buf_add_text(&d->told, "|");
}

static void
on_end(void *user, const struct mask_entered_end *end)
{
	struct desk *d = user;

	(void)buf_addf(&d->told, "(%u=%d)", end->n, end->has_status ? end->status : -1);
}

static void
desk_open(struct desk *d)
{
	struct mask_entered_params params = { .line = on_line, .end = on_end, .user = d };

	*d = (struct desk){ .grid = grid_new(40, 24), .tty = MASK_TTY_RAW, .now_us = 1000000 };
	params.grid = d->grid;
	buf_init(&d->told, 1u << 20);
	d->entered = mask_entered_new(&params);
}

static void
desk_close(struct desk *d)
{
	mask_entered_free(d->entered);
	grid_free(d->grid);
	buf_done(&d->told);
}

static void
shows(struct desk *d, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t left = strlen(text);

	d->now_us += 1000;
	while (left > 0) {
		size_t piece = mask_entered_piece(d->entered, at, left, d->now_us);

		assert_true(piece > 0 && piece <= left);
		grid_write(d->grid, at, piece);
		mask_entered_shown(d->entered, d->now_us);
		at += piece;
		left -= piece;
	}
}

static void
types(struct desk *d, const char *keys)
{
	d->now_us += 1000;
	mask_entered_typed(d->entered, (const uint8_t *)keys, strlen(keys), d->tty, d->now_us);
}

/* Keys and their answers in turn, from the first prompt on; what was told. */
static void
desk_tells(const char *const *steps, const char *told)
{
	struct desk d;

	desk_open(&d);
	for (size_t i = 0; steps[i] != NULL; i++)
		(i % 2 == 0 ? shows : types)(&d, steps[i]);
	AUTO_FREE char *said = buf_text(&d.told);
	assert_string_equal(said, told);
	desk_close(&d);
}

#define STEPS(...) (const char *const[]){ __VA_ARGS__, NULL }

static void
a_line_begins_where_its_first_key_was_typed(void **state)
{
	(void)state;
	desk_tells(STEPS("$ ", "l", "l", "s", "s", "\r", "\r\nfile\r\n$ "), "ls|");
	desk_tells(STEPS("no prompt as others: ", "x", "x", "\r", "\r\n"), "x|");
	desk_tells(STEPS("$ ", "\033[A", "make all", "\r", "\r\n"), "make all|");
	desk_tells(STEPS("$ ", "\r", "\r\n$ "), "");
}

static void
a_line_is_found_again_after_its_screen_has_changed(void **state)
{
	(void)state;
	desk_tells(STEPS("$ ", "l", "l", "\t", "\r\nless  ls\r\n$ l", "s", "s", "\r", "\r\n"), "ls|");
	desk_tells(STEPS("$ ", "l", "l", "\f", "\033[H\033[2J$ l", "s", "s", "\r", "\r\n"), "ls|");
	desk_tells(STEPS("$ ", "a", "a", "\022", "\r\033[K(reverse-i-search)`': ", "m", "\r\033[K(reverse-i-search)`m': make", "\r", "\r\033[K$ make\r\n"), "make|");
	desk_tells(STEPS("$                            right\r\033[2C", "l", "l", "s", "s", "\r", "\r\n"), "ls|");
}

static void
rows_that_were_entered_together_are_one_line(void **state)
{
	(void)state;
	desk_tells(STEPS("$ ", "\033[A", "for i; do\r\nls\r\ndone", "\r", "\r\n"), "for i; do\nls\ndone|");
	desk_tells(STEPS("$ ", "\033[200~a\rb\033[201~", "a\r\nb", "\r", "\r\n"), "a\nb|");
	desk_tells(STEPS("$ ", "\033[200~a\rb\033[201~\r", "a\r\nb\033[A\033[Ca\r\nb\r\nout\r\n$ "), "a\nb|");	/* shown again before it is answered */
	desk_tells(STEPS("$ ", "x", "012345678901234567890123456789012345678901234567890123456789", "\r", "\r\n"),
	    "012345678901234567890123456789012345678901234567890123456789|");
}

static void
what_was_typed_ahead_is_told_when_it_is_shown(void **state)
{
	(void)state;
	desk_tells(STEPS("$ ", "one\rtwo\r", "one\r\nout\r\nof one\r\n$ two\r\nmore\r\n$ "), "one|two|");
	desk_tells(STEPS("$ ", "cat\r", "cat\r\n", "a", "$ ca", "t\r", "t\r\n"), "cat|cat|");
}

static void
what_is_not_echoed_is_in_no_line(void **state)
{
	struct desk d;

	(void)state;
	desk_tells(STEPS("$ ", "sudo\r", "sudo\r\nPassword: ", "geheim", "", "\r", "\r\n$ "), "sudo|");
	desk_tells(STEPS("PIN: ", "1", "*", "2", "*", "\r", "\r\n"), "");
	desk_open(&d);
	shows(&d, "Password: ");
	d.tty = MASK_TTY_BLIND;
	types(&d, "geheim\r");
	shows(&d, "\r\n$ ");
	assert_int_equal(buf_len(&d.told), 0);
	desk_close(&d);
}

static void
full_screen_programs_have_no_lines(void **state)
{
	(void)state;
	desk_tells(STEPS("$ ", "vi\r", "vi\r\n\033[?1049h\033[Htext", "ihello\r", "hello\r\n", ":wq\r", ":wq\r\n\033[?1049l$ ", "ls", "ls", "\r", "\r\n"), "vi|ls|");
}

static void
marks_tell_where_lines_begin_and_how_they_end(void **state)
{
	(void)state;
	desk_tells(STEPS("\033]133;A;aid=1\a$ \033]133;B\a", "ls", "ls", "\r", "\r\n\033]133;C;aid=1\aout\r\n\033]133;D;3;aid=1\a$ "), "ls|(1=3)");
	/* a shell inside of a shell */
	desk_tells(STEPS("\033]133;A;aid=1\a$ \033]133;B\a", "sh\r", "sh\r\n\033]133;C;aid=1\a\033]133;A;aid=2\a# \033]133;B\a", "exit\r",
	    "exit\r\n\033]133;C;aid=2\a\033]133;D;0;aid=1\033\\$ "), "sh|exit|(1=0)");
	/* marks that nobody has opened, and what only looks like one */
	desk_tells(STEPS("\033]133;D;0\a\033]133;\a\033]133;D;x\a\033]13;B\a$ ", "ls\r", "ls\r\n"), "ls|");
}

static void
the_line_at_work_can_be_asked_for(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	shows(&d, "$ ");
	assert_null(mask_entered_now(d.entered, MASK_TTY_RAW));
	types(&d, "rm");
	shows(&d, "rm");
	assert_string_equal(mask_entered_now(d.entered, MASK_TTY_RAW), "rm");
	assert_null(mask_entered_now(d.entered, MASK_TTY_BLIND));
	shows(&d, "\033[?1049h");
	assert_null(mask_entered_now(d.entered, MASK_TTY_RAW));
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_begins_where_its_first_key_was_typed),
		cmocka_unit_test(a_line_is_found_again_after_its_screen_has_changed),
		cmocka_unit_test(rows_that_were_entered_together_are_one_line),
		cmocka_unit_test(what_was_typed_ahead_is_told_when_it_is_shown),
		cmocka_unit_test(what_is_not_echoed_is_in_no_line),
		cmocka_unit_test(full_screen_programs_have_no_lines),
		cmocka_unit_test(marks_tell_where_lines_begin_and_how_they_end),
		cmocka_unit_test(the_line_at_work_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
