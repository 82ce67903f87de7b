/* SPDX-License-Identifier: ISC */
/* Talking to the gate, one question after the other. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/wire/json.h"
#include "lib/wire/client.h"
#include "lib/wire/login.h"

#define CLIENT_QUEUE	(4 * WIRE_FRAME_MOST)

int
client_lost(struct client *client, int error)
{
	if (error == ERR_PEER_GONE || error == -EPIPE || error == -ECONNRESET)
		return cli_fail(client->cli, STATUS_NO_GATE, "posternd closed the connection; is it running? (posternd's journal says why)");
	return cli_fail(client->cli, STATUS_NO_GATE, "talking to posternd failed: %s", err_text(error));
}

static int
no_gate(struct client *client, const char *path, int error)
{
	if (error == -ENOENT || error == -ECONNREFUSED)
		return cli_fail(client->cli, STATUS_NO_GATE, "posternd does not run here (no answer at %s)", path);
	return cli_fail(client->cli, STATUS_NO_GATE, "cannot reach posternd at %s: %s", path, err_text(error));
}

static int
said_fail(struct client *client, const struct wire_fail *fail)
{
	client->status = (int)fail->status;
	return cli_fail(client->cli, (int)fail->status, "%s", fail->text);
}

int
client_wait(struct client *client, struct wire_message *message)
{
	int r;

	for (;;) {
		r = wire_wait(&client->conn, message);
		if (r < 0)
			return client_lost(client, r);
		if (message->kind != WIRE_CHANGED)
			break;
		wire_message_done(message);
	}
	if (message->kind != WIRE_FAIL)
		return 0;
	r = said_fail(client, message->fields);
	wire_message_done(message);
	return r;
}

static int
greet(struct client *client)
{
	struct wire_hello hello = { .version = WIRE_VERSION };
	AUTO_FREE char *program = own_dup(client->cli->program);
	AUTO_FREE char *as = own_dup(cli_get(client->cli, "as") != NULL ? cli_get(client->cli, "as") : "");
	int r;

	hello.program = program;
	hello.as = as;
	r = client->ssh == 0 ? login_send(&client->conn) : 0;	/* else `postern stdio` says it, there */
	if (r == 0)
		r = wire_send(&client->conn, WIRE_HELLO, &hello);
	/* A gate that has hung up already has said why. */
	if (r < 0 && r != -EPIPE && r != -ECONNRESET)
		return client_lost(client, r);
	r = client_wait(client, &client->hello);
	if (r != 0)
		return r;
	if (client->hello.kind != WIRE_WELCOME)
		return client_lost(client, ERR_MSG_REFUSED);
	client->welcome = client->hello.fields;
	client->conn.phase = WIRE_PHASE_KNOWN;
	return 0;
}

/* ssh HOST postern stdio, with our end of a socket as its standard input and output. The socket, or -errno. */
static int
connect_ssh(struct client *client, const char *host)
{
	char *copy = own_dup(host);
	char *argv[] = { (char[]){ "ssh" }, (char[]){ "-T" }, copy, (char[]){ "postern" }, (char[]){ "stdio" }, NULL };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		free(copy);
		return -errno;
	}
	client->ssh = fork();
	if (client->ssh == 0) {
		if (dup2(ends[1], STDIN_FILENO) >= 0 && dup2(ends[1], STDOUT_FILENO) >= 0)
			execvp(argv[0], argv);
		fprintf(stderr, "%s: cannot run ssh: %s\n", client->cli->program, strerror(errno));
		_exit(127);
	}
	free(copy);
	close(ends[1]);
	if (client->ssh < 0) {
		close(ends[0]);
		client->ssh = 0;
		return -errno;
	}
	return ends[0];
}

static int
connect_here(struct client *client)
{
	AUTO_FREE char *path = place_path(client->place.run, "gate.sock", NULL);
	int fd = fdio_connect(path);

	return fd < 0 ? -no_gate(client, path, fd) : fd;
}

int
client_open(struct client *client, const struct cli *cli)
{
	const char *root = cli_get(cli, "root");
	const char *host = cli_get(cli, "host");
	int fd;

	*client = (struct client){ .cli = cli, .json = cli_has(cli, "json"), .conn = { .fd = -1 } };
	place_init(&client->place, root != NULL ? root : getenv("POSTERN_ROOT"));
	if (host == NULL) {
		fd = connect_here(client);
		if (fd < 0)
			return -fd;
	} else {
		if (host[0] == '-' || host[0] == '\0')
			return cli_fail(cli, STATUS_USAGE, "'%s' is not a host", host);
		/* The front door refuses it; here once more, because ssh would run what ~/.ssh/config says. */
		if (getenv("POSTERN_LOGIN") != NULL)
			return cli_fail(cli, STATUS_DENIED, "through a login no other host can be asked");
		fd = connect_ssh(client, host);
		if (fd < 0)
			return cli_fail(cli, STATUS_NO_GATE, "cannot start ssh: %s", err_text(fd));
	}
	wire_conn_init(&client->conn, fd, WIRE_FROM_GATE, CLIENT_QUEUE);
	return greet(client);
}

void
client_close(struct client *client)
{
	wire_message_done(&client->hello);
	wire_conn_done(&client->conn);
	if (client->ssh > 0)
		waitpid(client->ssh, NULL, 0);
	client->ssh = 0;
	place_done(&client->place);
	free(client->sentence);
	client->sentence = NULL;
}

int
client_ask(struct client *client, enum wire_kind question, const void *fields, enum wire_kind rows,
    client_row *each, void *user)
{
	int r = wire_send(&client->conn, question, fields);

	if (r < 0)
		return client_lost(client, r);
	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = client_wait(client, &message);
		if (r != 0)
			return r;
		if (message.kind == WIRE_DONE) {
			free(client->sentence);
			client->sentence = own_dup(((struct wire_done *)message.fields)->text);
			return 0;
		}
		if (message.kind != rows || each == NULL)
			return client_lost(client, ERR_MSG_REFUSED);
		r = each(client, message.fields, user);
		if (r != 0)
			return r;
	}
}

void
client_print_json(enum wire_kind kind, const void *fields)
{
	AUTO_FREE char *line = wire_json(kind, fields);

	if (line != NULL)
		printf("%s\n", line);
}

int
client_span(const struct cli *cli, const char *option, int64_t *seconds)
{
	const char *text = cli_get(cli, option);

	*seconds = 0;
	if (text == NULL)
		return 0;
	if (clock_parse_span(text, seconds) < 0 || *seconds <= 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a length of time (write 90s, 30m, 2h or 90d)", text);
	return 0;
}
