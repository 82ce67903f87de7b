/* SPDX-License-Identifier: ISC */
/* A command's connection to the gate, here or through ssh: hello, questions, rows. Programs that call it link jansson. */
#ifndef POSTERN_LIB_WIRE_CLIENT_H
#define POSTERN_LIB_WIRE_CLIENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/cli.h"
#include "lib/base/place.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

/* Options that every command takes; put them first in a verb's table. */
#define CLIENT_OPTIONS \
	{ 0, "root", "DIR", "use the gate and the files below DIR (trial mode, tests)" }, \
	{ 0, "as", "NAME", "be this person (only in trial mode)" }
#define CLIENT_HOST \
	{ 'H', "host", "HOST", "ask the gate of this bastion, through ssh" }
#define CLIENT_JSON \
	{ 0, "json", NULL, "print one JSON object a line" }

struct client {
	const struct cli	*cli;
	struct place		 place;
	pid_t			 ssh;		/* of -H; 0 */
	struct wire_conn	 conn;
	struct wire_message	 hello;		/* the gate's welcome */
	const struct wire_welcome *welcome;
	bool			 json;
	int			 status;	/* exit status of the last fail */
	char			*sentence;	/* of the last done */
};

#define AUTO_CLIENT	__attribute__((cleanup(client_close)))

/*
 * Connects and says hello. 0, or an exit status after a sentence on stderr. client_close() also after a failure.
 */
int	client_open(struct client *client, const struct cli *cli);
void	client_close(struct client *client);

/* A row of an answer; `fields` is released after the call. Returns 0 or an exit status that ends the command. */
typedef int client_row(struct client *client, const void *fields, void *user);

/*
 * Asks and hands each row of kind `rows` to `each` until done. 0, the exit status of a fail (its sentence went to
 * stderr), or what `each` returned. `rows` 0: no rows are expected.
 */
int	client_ask(struct client *client, enum wire_kind question, const void *fields, enum wire_kind rows,
	    client_row *each, void *user);

/* The row as JSON on stdout. */
void	client_print_json(enum wire_kind kind, const void *fields);

/* Waits for the next message that is not wire_changed; a fail is said and becomes its status. 0 or an exit status. */
int	client_wait(struct client *client, struct wire_message *message);

/* A sentence on stderr for an error of the connection; returns the exit status. */
int	client_lost(struct client *client, int error);

/* Reads --for and the like: 0 if not given. 0 or STATUS_USAGE after a sentence. */
int	client_span(const struct cli *cli, const char *option, int64_t *seconds);

#endif
