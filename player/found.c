/* SPDX-License-Identifier: ISC */
/* Asks the gate for recordings, a page at a time. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/wire/client.h"
#include "lib/wire/messages.h"
#include "lib/wire/pages.h"
#include "player/found.h"
#include "player/moment.h"

static void
place_of(const void *fields, int64_t *at_us, struct id *id)
{
	const struct wire_recording_row *row = fields;

	*at_us = row->started_us;
	*id = row->session;
}

int
found_each(struct client *client, struct wire_recordings *question, client_row *each, void *user)
{
	const struct pages pages = { .question = WIRE_RECORDINGS, .row = WIRE_RECORDING_ROW, .fields = question, .until_us = &question->until_us,
		.place = place_of, .each = each, .user = user };

	return client_pages(client, &pages);
}

static char *
option_text(const struct cli *cli, const char *option)
{
	return own_dup(cli_get(cli, option) != NULL ? cli_get(cli, option) : "");
}

int
found_question(const struct cli *cli, struct wire_recordings *question)
{
	int r;

	*question = (struct wire_recordings){ .person = option_text(cli, "person"), .role = option_text(cli, "role") };
	r = moment_option(cli, "since", &question->since_us);
	return r == STATUS_OK ? moment_option(cli, "until", &question->until_us) : r;
}

void
found_question_done(struct wire_recordings *question)
{
	free(question->person);
	free(question->role);
	*question = (struct wire_recordings){ .person = NULL };
}

static int
take_row(struct client *client, const void *fields, void *user)
{
	const struct wire_recording_row *row = fields;
	struct found *found = user;

	(void)client;
	if (strcmp(row->state, "expired") == 0 && (row->trail[0] == '\0' || strcmp(row->trail, "expired") == 0))
		return 0;
	if ((found->count & (found->count - 1)) == 0)
		found->ids = own_grow(found->ids, found->count == 0 ? 1 : 2 * found->count, sizeof *found->ids);
	id_text(&row->session, found->ids[found->count++]);
	return 0;
}

int
found_list(struct cli *cli, struct wire_recordings *question, struct found *found)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	int r = client_open(&client, cli);

	return r != 0 ? r : found_each(&client, question, take_row, found);
}

int
found_since(struct cli *cli, const char *role, struct found *found)
{
	struct wire_recordings question;
	int r;

	if (cli_get(cli, "since") == NULL)
		return cli_fail(cli, STATUS_USAGE, "name sessions, or say --since");
	r = found_question(cli, &question);
	free(question.role);
	question.role = own_dup(role);
	if (r == STATUS_OK)
		r = found_list(cli, &question, found);
	found_question_done(&question);
	return r;
}
