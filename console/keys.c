/* SPDX-License-Identifier: ISC */
/* What a key needs is tested in the order of the table of needs; the first that does not hold is the reason. */
#include "config.h"

#include <curses.h>

#include "console/act.h"
#include "console/console.h"
#include "console/keys.h"
#include "console/view.h"

#define DECIDES		(NEEDS_ROW | NEEDS_REQUEST | NEEDS_THERE | NEEDS_LINK | NEEDS_CAN)
#define REVIEWS		(NEEDS_ROW | NEEDS_REVIEW | NEEDS_THERE | NEEDS_LINK | NEEDS_CAN)
#define ENDS		(NEEDS_ROW | NEEDS_HOLDER | NEEDS_THERE | NEEDS_LINK)
#define TALKS		(NEEDS_ROW | NEEDS_SESSION | NEEDS_THERE | NEEDS_LINK)
#define WORK		(VIEW_LIST | VIEW_DETAIL)
#define CTRL(letter)	((letter) & 0x1f)
#define KEY_ESCAPE	27

/* clang-format off */
const struct key keys[] = {
	{ 'a', 0, "a", WORK, DECIDES | NEEDS_SIGN, act_grant, "grant",
	  "grants it as asked, after a yes" },
	{ 'g', 0, "g", WORK, DECIDES | NEEDS_SIGN, act_grant_less, "grant less",
	  "grants a shorter time" },
	{ 'd', 0, "d", WORK, DECIDES, act_deny, "deny",
	  "denies it, with a reason" },
	{ 'v', 0, "v", WORK, REVIEWS, act_review, "review",
	  "says that you have looked at an entry without a decision" },
	{ 'r', 0, "r", WORK, ENDS, act_revoke, "revoke",
	  "ends it now, after a yes" },
	{ 'e', 0, "e", WORK, TALKS, act_more, "extend",
	  "gives it more time, with a reason; others may have to agree" },
	{ 'l', 0, "l", WORK, TALKS, act_less, NULL,
	  "lets it end sooner, with a reason if you like" },
	{ 'f', 0, "f", WORK, TALKS, act_freeze, "freeze",
	  "stops the session, or lets a frozen one go on" },
	{ 'y', 0, "y", WORK, TALKS, act_answer, NULL,
	  "answers the line that waits in the session" },
	{ 's', 0, "s", WORK, TALKS, act_say, "say",
	  "says a sentence in the session" },
	{ '\n', '\r', "Enter", VIEW_LIST, NEEDS_ROW, act_details, "details",
	  "tells all about it" },
	{ '/', 0, "/", VIEW_LIST, NEEDS_NOTHING, act_filter, "filter",
	  "shows only rows with these words; empty shows all" },
	{ '\t', 0, "Tab", VIEW_LIST, NEEDS_NOTHING, act_next_list, NULL,
	  "goes to the next list: to review, waiting, granted, running" },
	{ KEYS_SPECIAL(KEY_UP), 'k', "Up or k", VIEW_ALL, NEEDS_NOTHING, act_up, NULL,
	  "one row up" },
	{ KEYS_SPECIAL(KEY_DOWN), 'j', "Down or j", VIEW_ALL, NEEDS_NOTHING, act_down, NULL,
	  "one row down" },
	{ KEYS_SPECIAL(KEY_PPAGE), CTRL('b'), "Page Up", VIEW_ALL, NEEDS_NOTHING, act_page_up, NULL,
	  "ten rows up" },
	{ KEYS_SPECIAL(KEY_NPAGE), CTRL('f'), "Page Down", VIEW_ALL, NEEDS_NOTHING, act_page_down, NULL,
	  "ten rows down" },
	{ KEYS_SPECIAL(KEY_HOME), '<', "Home or <", VIEW_LIST, NEEDS_NOTHING, act_first, NULL,
	  "to the first row" },
	{ KEYS_SPECIAL(KEY_END), '>', "End or >", VIEW_LIST, NEEDS_NOTHING, act_last, NULL,
	  "to the last row" },
	{ KEY_ESCAPE, KEYS_SPECIAL(KEY_LEFT), "Esc", VIEW_ALL, NEEDS_NOTHING, act_back, NULL,
	  "back to the lists; there it removes the filter" },
	{ 'q', 0, "q", VIEW_DETAIL | VIEW_HELP, NEEDS_NOTHING, act_back, "back",
	  "back to the lists (from details or help)" },
	{ '?', KEYS_SPECIAL(KEY_F(1)), "?", VIEW_ALL, NEEDS_NOTHING, act_help, "help",
	  "this page" },
	{ 'q', CTRL('c'), "q", VIEW_LIST, NEEDS_NOTHING, act_quit, "quit",
	  "leaves the console; nothing at the gate changes" },
};
/* clang-format on */

const size_t key_count = sizeof keys / sizeof keys[0];

static bool
has_row(const struct console *console)
{
	return console_row(console) != NULL;
}

static bool
is_on(const struct console *console, enum list list)
{
	const struct row *row = console_row(console);

	return row != NULL && row->list == list;
}

static bool
is_request(const struct console *console)
{
	return is_on(console, LIST_WAITING);
}

static bool
is_review(const struct console *console)
{
	return is_on(console, LIST_REVIEW);
}

static bool
is_session(const struct console *console)
{
	return is_on(console, LIST_RUNNING);
}

static bool
is_holder(const struct console *console)
{
	return is_on(console, LIST_RUNNING) || is_on(console, LIST_GRANTED);
}

static bool
is_there(const struct console *console)
{
	const struct row *row = console_row(console);

	return row == NULL || row->gone_us == 0;
}

static bool
is_linked(const struct console *console)
{
	const struct row *row = console_row(console);

	return row == NULL || console_is_up(console, row);
}

static bool
can_decide(const struct console *console)
{
	const struct row *row = console_row(console);

	if (row == NULL || row_request(row) == NULL)
		return true;
	return row->list == LIST_REVIEW ? row_request(row)->can_review : row_request(row)->can;
}

static bool
can_sign(const struct console *console)
{
	const struct row *row = console_row(console);

	return row == NULL || queue_sign_why(&console->queue, row) == NULL;
}

/* clang-format off */
static const struct {
	enum need	 need;
	bool		(*holds)(const struct console *);
	const char	*why;
} needs[] = {
	{ NEEDS_ROW,		has_row,	"there is no row" },
	{ NEEDS_REQUEST,	is_request,	"it needs a request" },
	{ NEEDS_REVIEW,		is_review,	"it needs an entry without a decision" },
	{ NEEDS_SESSION,	is_session,	"it needs a session" },
	{ NEEDS_HOLDER,		is_holder,	"it needs a session or a grant" },
	{ NEEDS_THERE,		is_there,	"it is over already" },
	{ NEEDS_LINK,		is_linked,	"there is no connection to its gate" },
	{ NEEDS_CAN,		can_decide,	"you may not decide it" },
	{ NEEDS_SIGN,		can_sign,	"it must be signed" },
};
/* clang-format on */

const char *
keys_why(const struct console *console, const struct key *key)
{
	const struct row *row = console_row(console);

	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
		if ((key->needs & needs[i].need) == 0 || needs[i].holds(console))
			continue;
		if (needs[i].need == NEEDS_CAN && row != NULL && row_request(row) != NULL &&
		    row_request(row)->why[0] != '\0')
			return row_request(row)->why;
		if (needs[i].need == NEEDS_SIGN)
			return queue_sign_why(&console->queue, row);
		return needs[i].why;
	}
	return NULL;
}

bool
keys_fits(const struct console *console, const struct key *key)
{
	const unsigned kinds = NEEDS_ROW | NEEDS_REQUEST | NEEDS_REVIEW | NEEDS_SESSION | NEEDS_HOLDER;
	struct key kind = *key;

	kind.needs &= kinds;
	return keys_why(console, &kind) == NULL;
}

bool
keys_press(struct console *console, int key)
{
	for (size_t i = 0; i < key_count; i++) {
		const struct key *k = &keys[i];
		const char *why;

		if ((k->key != key && (k->twin == 0 || k->twin != key)) || (k->views & console->view->bit) == 0)
			continue;
		why = keys_why(console, k);
		if (why != NULL)
			console_say(console, INK_WARN, "Not now: %s.", why);
		else
			k->run(console);
		return true;
	}
	return false;
}

void
keys_footer(const struct console *console, int row)
{
	const struct theme *theme = &console->theme;
	int col = 1;

	for (size_t i = 0; i < key_count; i++) {
		const struct key *k = &keys[i];
		bool ready = keys_why(console, k) == NULL;

		if (k->footer == NULL || (k->views & console->view->bit) == 0 || !keys_fits(console, k))
			continue;
		col += draw_text(theme, (struct spot){ row, col, COLS - col - 1, ready ? INK_ACCENT : INK_DIM }, k->name);
		col++;
		col += draw_text(theme, (struct spot){ row, col, COLS - col - 1, ready ? INK_PLAIN : INK_DIM }, k->footer);
		col += 2;
	}
}
