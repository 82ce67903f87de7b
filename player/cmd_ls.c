/* SPDX-License-Identifier: ISC */
/* postern ls: which recordings there are. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "player/commands.h"
#include "player/moment.h"

#define LINE	4096

struct listing {
	int		columns;	/* of the terminal; 0: none, nothing is cut */
	unsigned	rows;
	unsigned	page, fresh;	/* rows of the last answer, and those that were not in the one before; a full one may not be the last */
	int64_t		last_us;	/* start of the last row, and whose it is: the next page begins behind it */
	struct id	last;
};

#define PAGE	1000	/* most rows of one answer */

static int
read_moment(const struct cli *cli, const char *option, int64_t *wall_us)
{
	const char *text = cli_get(cli, option);

	*wall_us = 0;
	if (text != NULL && moment_past(text, clock_wall_us(), wall_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment: write 7d (ago), 2026-11-20, 2026-11-20 14:00 or 14:00", text);
	return STATUS_OK;
}

/* Bytes with a unit, in five columns. */
static char *
size_text(int64_t bytes, char text[24])
{
	static const char units[] = "BKMGT";
	int unit = 0;

	for (; bytes >= 10000 && unit < 4; unit++)
		bytes /= 1024;
	snprintf(text, 24, "%lld%c", (long long)bytes, units[unit]);
	return text;
}

static void
print_line(const struct listing *list, const char *line)
{
	char fitted[LINE];

	if (list->columns > 0) {
		text_fit(line, list->columns, !text_utf8_locale(), fitted, sizeof fitted);
		line = fitted;
	}
	puts(line);
}

static int
print_row(struct client *client, const void *fields, void *user)
{
	const struct wire_recording_row *row = fields;
	struct listing *list = user;
	char id[ID_TEXT], when[CLOCK_TEXT], length[CLOCK_TEXT] = "", size[24], line[LINE];

	list->page++;
	/* Newest first, and by id where two began in the same microsecond. */
	if (list->last_us == row->started_us && memcmp(row->session.bytes, list->last.bytes, ID_BYTES) <= 0)
		return 0;
	list->fresh++;
	list->last_us = row->started_us;
	list->last = row->session;
	if (client->json) {
		client_print_json(WIRE_RECORDING_ROW, row);
		return 0;
	}
	if (list->rows++ == 0)
		print_line(list, "ID        STARTED           LENGTH   SIZE  STATE    PERSON        ROLE            REASON");
	if (row->ended_us > 0)
		clock_short((row->ended_us - row->started_us) / CLOCK_US, length);
	clock_local(row->started_us, when);
	when[16] = '\0';
	snprintf(line, sizeof line, "%.*s  %s  %7s  %5s  %-7s  %-12s  %-14s  %s%s", ID_SHORT, id_text(&row->session, id), when, length,
	    size_text(row->bytes, size), row->state, row->person, row->role, row->held ? "(held) " : "", row->reason);
	print_line(list, line);
	return 0;
}

static int
terminal_columns(void)
{
	struct winsize size = { 0 };

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int
cmd_ls(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	AUTO_FREE char *person = own_dup(cli_get(cli, "person") != NULL ? cli_get(cli, "person") : "");
	AUTO_FREE char *role = own_dup(cli_get(cli, "role") != NULL ? cli_get(cli, "role") : "");
	struct wire_recordings question = { .person = person, .role = role };
	struct listing list = { .columns = terminal_columns() };
	int r = read_moment(cli, "since", &question.since_us);

	if (r == STATUS_OK)
		r = read_moment(cli, "until", &question.until_us);
	if (r != STATUS_OK)
		return r;
	r = client_open(&client, cli);
	do {
		list.page = list.fresh = 0;
		if (list.last_us != 0)
			question.until_us = list.last_us + 1;
		if (r == 0)
			r = client_ask(&client, WIRE_RECORDINGS, &question, WIRE_RECORDING_ROW, print_row, &list);
	} while (r == 0 && list.page == PAGE && list.fresh > 0);
	if (r == 0 && list.rows == 0 && !client.json)
		puts("There is no such recording.");
	return r;
}
