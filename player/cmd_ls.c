/* SPDX-License-Identifier: ISC */
/* postern ls: which recordings there are. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "player/commands.h"
#include "player/found.h"

#define LINE	4096

struct listing {
	int		columns;	/* of the terminal; 0: none, nothing is cut */
	unsigned	rows;
};

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

/* "trail": what was shown has gone, what was run is there. */
static const char *
state_of(const struct wire_recording_row *row)
{
	bool has_trail = row->trail[0] != '\0' && strcmp(row->trail, "expired") != 0;

	return has_trail && strcmp(row->state, "expired") == 0 ? "trail" : row->state;
}

static int
print_row(struct client *client, const void *fields, void *user)
{
	const struct wire_recording_row *row = fields;
	struct listing *list = user;
	char id[ID_TEXT], when[CLOCK_TEXT], length[CLOCK_TEXT] = "", size[24], line[LINE];

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
	    size_text(row->bytes, size), state_of(row), row->person, row->role, row->held ? "(held) " : "", row->reason);
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
	struct listing list = { .columns = terminal_columns() };
	struct wire_recordings question;
	int r = found_question(cli, &question);

	if (r == STATUS_OK)
		r = client_open(&client, cli);
	if (r == STATUS_OK)
		r = found_each(&client, &question, print_row, &list);
	if (r == STATUS_OK && list.rows == 0 && !client.json)
		puts("There is no such recording.");
	found_question_done(&question);
	return r;
}
