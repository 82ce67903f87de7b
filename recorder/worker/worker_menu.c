/* SPDX-License-Identifier: ISC */
/*
 * The session menu: one key opens a line over the bottom row that says how much time is left and takes the next keys. The
 * screen underneath goes on and comes back unharmed. Typed twice, the key goes to the session.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/worker/worker.h"

#define TICK_US		CLOCK_US
#define LINE_SHOWN	60	/* the end of a long line is what is seen of it */

enum { KEY_BACK = 8, KEY_WIPE = 21, KEY_ESCAPE = 27, KEY_DELETE = 127 };

void
menu_init(struct worker *w)
{
	const struct wire_bytes *key = &w->start->menu;

	if (w->start->gate && w->start->tty && key->count <= sizeof w->menu.key)
		w->menu.key_count = key->count;
	if (w->menu.key_count > 0)
		memcpy(w->menu.key, key->data, w->menu.key_count);
}

bool
menu_is_open(const struct worker *w)
{
	return w->menu.view != MENU_CLOSED;
}

/* What stands there now. */
static void
show(struct worker *w, enum worker_menu_view view)
{
	w->menu.view = view;
	w->due[DUE_MENU] = view == MENU_KEYS ? clock_boot_us() + TICK_US : 0;
	bar_clear(w);
}

static void
ask(struct worker *w, enum worker_menu_view view)
{
	w->menu.used = 0;
	w->menu.line[0] = '\0';
	show(w, view);
}

/* "12 min 34 s left, to 14:30": the time first, because that is what most people open it for. */
static void
keys_text(const struct worker *w, char text[WORKER_NOTICE])
{
	int64_t left_s = (w->deadline_us - clock_boot_us()) / CLOCK_US;
	char span[CLOCK_TEXT], minute[CLOCK_TEXT], time[2 * CLOCK_TEXT + 16] = "no end";

	if (w->deadline_us > 0)
		snprintf(time, sizeof time, "%s left, to %s", clock_short(left_s > 0 ? left_s : 0, span), clock_minute(w->ends_us, minute));
	snprintf(text, WORKER_NOTICE, " %s   e more time  n note  %sq end  Esc back", time, drop_is_possible(w) ? "d detach  " : "");
}

char *
menu_text(const struct worker *w, char text[WORKER_NOTICE])
{
	static const char *const labels[] = {
		[MENU_MORE] = "How much more time, and why (15m restore runs)?", [MENU_NOTE] = "Note for the recording:",
		[MENU_END] = "End the session now, and everything in it? [y/N]",
	};
	const struct worker_menu *menu = &w->menu;
	size_t skip = menu->used > LINE_SHOWN ? menu->used - LINE_SHOWN : 0;

	while (skip < menu->used && ((uint8_t)menu->line[skip] & 0xc0) == 0x80)
		skip++;	/* not in the middle of a character */
	if (menu->view == MENU_KEYS)
		keys_text(w, text);
	else
		snprintf(text, WORKER_NOTICE, " %s %s_", labels[menu->view], menu->line + skip);
	return text;
}

void
menu_tick(struct worker *w)
{
	if (w->menu.view != MENU_KEYS)
		return;
	if (w->due[DUE_NOTICE] == 0)	/* what was just said is not wiped away */
		bar_clear(w);
	w->due[DUE_MENU] = clock_boot_us() + TICK_US;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* "30m reason", or a reason alone. */
static void
more(struct worker *w, const char *line)
{
	AUTO_FREE char *copy = own_dup(line);
	char *rest = strchr(copy, ' ');
	int64_t seconds = 0;
	int r;

	if (rest != NULL)
		*rest = '\0';
	if (clock_parse_span(copy, &seconds) < 0 && rest != NULL)
		*rest = ' ';	/* no time in it: all of it is the reason */
	else if (seconds > 0)
		rest = rest != NULL ? rest + 1 : copy + strlen(copy);
	r = wish_send(w, -1, seconds, seconds > 0 ? rest : copy);
	if (r < 0)
		bar_say(w, r == ERR_IN_USE ? "Another wish for more time has not been answered yet." : "The gate cannot be asked now.", false);
}

static void
note(struct worker *w, const char *line)
{
	if (line[0] != '\0')
		bar_say(w, inside_note(w, line) == 0 ? "The note is in the recording." : "Too many notes at once; wait a moment.", false);
}

static void
end(struct worker *w, const char *line)
{
	if (line[0] == 'y' || line[0] == 'Y')
		end_begin(w, WHY_GIVEN_BACK, NULL, NULL);
}

static void
enter_line(struct worker *w)
{
	static void (*const answers[])(struct worker *, const char *) = { [MENU_MORE] = more, [MENU_NOTE] = note, [MENU_END] = end };
	enum worker_menu_view view = w->menu.view;
	AUTO_FREE char *line = text_clean(w->menu.line, w->menu.used);

	show(w, MENU_CLOSED);
	answers[view](w, line);
	memset(w->menu.line, 0, sizeof w->menu.line);
	w->menu.used = 0;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static void
take_menu_key(struct worker *w, uint8_t key)
{
	if (key == 'e')
		ask(w, MENU_MORE);
	else if (key == 'n')
		ask(w, MENU_NOTE);
	else if (key == 'q')
		ask(w, MENU_END);
	else if (key == KEY_ESCAPE || key == '\r' || key == ' ')
		show(w, MENU_CLOSED);
	else if (key == 'd' && drop_is_possible(w)) {
		show(w, MENU_CLOSED);
		drop_detach(w);
	}
}

static void
take_line_key(struct worker *w, uint8_t key)
{
	struct worker_menu *menu = &w->menu;

	if (key == KEY_ESCAPE || key == 3) {
		show(w, MENU_KEYS);
		return;
	}
	if (key == '\r' || key == '\n') {
		enter_line(w);
		return;
	}
	if (key == KEY_BACK || key == KEY_DELETE)
		while (menu->used > 0 && ((uint8_t)menu->line[--menu->used] & 0xc0) == 0x80)
			;	/* a character's other bytes go with it */
	else if (key == KEY_WIPE)
		menu->used = 0;
	else if (key >= ' ' && menu->used + 1 < sizeof menu->line)
		menu->line[menu->used++] = (char)key;
	menu->line[menu->used] = '\0';
	bar_clear(w);
	if (menu->view == MENU_END && key >= ' ' && key != KEY_DELETE)
		enter_line(w);	/* one letter is the answer */
}

static bool
is_key(const struct worker *w, const uint8_t *bytes, size_t count)
{
	return w->menu.key_count > 0 && !w->bar.is_blind && count >= w->menu.key_count && memcmp(bytes, w->menu.key, w->menu.key_count) == 0;
}

/*
 * The rest of a message is dropped when the menu closes in it, and after an Escape: neither the tail of an arrow key nor
 * of something pasted may reach the session by accident.
 */
size_t
menu_take(struct worker *w, const uint8_t *bytes, size_t count, size_t *passed)
{
	struct worker_menu *menu = &w->menu;
	size_t at = 0;

	*passed = 0;
	while (at < count) {
		if (is_key(w, bytes + at, count - at)) {
			if (menu_is_open(w)) {	/* twice: it is for the session */
				show(w, MENU_CLOSED);
				*passed = menu->key_count;
				return at;
			}
			show(w, MENU_KEYS);
			at += menu->key_count;
		} else if (!menu_is_open(w)) {
			while (at + *passed < count && !is_key(w, bytes + at + *passed, count - at - *passed))
				++*passed;
			return at;
		} else {
			uint8_t key = bytes[at++];

			(menu->view == MENU_KEYS ? take_menu_key : take_line_key)(w, key);
			if (key == KEY_ESCAPE || !menu_is_open(w))
				return count;
		}
	}
	return at;
}
