/* SPDX-License-Identifier: ISC */
/* postern sftp: what sshd runs for sftp and scp. A session like any other, whose command is the file server. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "recorder/client/commands.h"
#include "recorder/client/enter.h"

#define ROLE_VARIABLE	"LC_POSTERN_ROLE"	/* sshd takes LC_* from the client: scp -o SetEnv=LC_POSTERN_ROLE=... */
#define ROLES_MOST	64
#define NAMES_MOST	1024

/* Live grants, and which of their roles copy files. */
struct search {
	const char	*wanted;	/* NULL: the only one there is */
	char		*roles[ROLES_MOST];	/* that copy files */
	size_t		 role_count;
	struct id	 grant;
	unsigned	 found;
	struct buf	 names;
};

static void
search_done(struct search *search)
{
	for (size_t i = 0; i < search->role_count; i++)
		free(search->roles[i]);
	buf_done(&search->names);
}

static int
add_role(struct client *client, const void *fields, void *user)
{
	const struct wire_role *row = fields;
	struct search *search = user;

	(void)client;
	if (row->files && search->role_count < ROLES_MOST)
		search->roles[search->role_count++] = own_dup(row->role);
	return 0;
}

static bool
copies_files(const struct search *search, const char *role)
{
	for (size_t i = 0; i < search->role_count; i++)
		if (strcmp(search->roles[i], role) == 0)
			return true;
	return false;
}

static int
add_grant(struct client *client, const void *fields, void *user)
{
	const struct wire_grant_row *row = fields;
	struct search *search = user;

	(void)client;
	if (row->usable_us > clock_wall_us() || !copies_files(search, row->role) ||
	    (search->wanted != NULL && strcmp(row->role, search->wanted) != 0))
		return 0;
	search->grant = row->grant;
	search->found++;
	(void)buf_addf(&search->names, "%s%s", buf_len(&search->names) > 0 ? ", " : "", row->role);
	return 0;
}

static int
find(struct client *client, struct search *search)
{
	struct wire_roles roles = { .all = true };
	struct wire_grants grants = { .all = false };
	AUTO_FREE char *names = NULL;
	int r = client_ask(client, WIRE_ROLES, &roles, WIRE_ROLE, add_role, search);

	if (r == 0)
		r = client_ask(client, WIRE_GRANTS, &grants, WIRE_GRANT_ROW, add_grant, search);
	if (r != 0)
		return r;
	names = buf_text(&search->names);
	if (search->found == 0)
		return cli_fail(client->cli, STATUS_DENIED, "you hold no grant for %s that copies files; ask for it first: ssh HOST postern request ROLE "
		    "--reason TEXT", search->wanted != NULL ? search->wanted : "a role");
	if (search->found > 1 && search->wanted == NULL)
		return cli_fail(client->cli, STATUS_USAGE, "several of your grants copy files (%s); say which with -o SetEnv=" ROLE_VARIABLE "=ROLE", names);
	return 0;
}

int
cmd_sftp(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	__attribute__((cleanup(search_done))) struct search search = { .names = { .max = NAMES_MOST } };
	char *nothing[] = { NULL };
	struct enter enter = { .grant = &search.grant, .command = nothing, .no_tty = true, .files = true };
	int r = client_open(&client, cli);

	search.wanted = cli->word_count > 0 ? cli->words[0] : getenv(ROLE_VARIABLE);
	if (search.wanted != NULL && search.wanted[0] == '\0')
		search.wanted = NULL;
	if (r == 0)
		r = find(&client, &search);
	return r != 0 ? r : enter_run(&client, &enter);
}
