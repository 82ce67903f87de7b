/* SPDX-License-Identifier: ISC */
/* postern stdio: the gate's socket on standard input and output, so that console and player work over ssh. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/wire/conn.h"
#include "lib/wire/login.h"
#include "recorder/client/commands.h"

/* Moves what is there from one side to the other. 1, 0 at the end, -errno. */
static int
move(int from, int to)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof bytes);
	int r;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (n == 0)
		return 0;
	r = fdio_write(to, bytes, (size_t)n);
	return r < 0 ? r : 1;
}

/* What is known here about this login; the program at the other end cannot know it. */
static int
tell_login(int gate)
{
	struct wire_conn conn;
	int r;

	wire_conn_init(&conn, gate, WIRE_FROM_GATE, WIRE_FRAME_MOST);
	r = login_send(&conn);
	if (r == 0)
		r = wire_flush(&conn);
	conn.fd = -1;	/* the caller's */
	wire_conn_done(&conn);
	return r;
}

int
cmd_stdio(struct cli *cli)
{
	AUTO_FREE char *path = NULL;
	AUTO_FD int gate = -1;
	struct place place;
	const char *root = cli_get(cli, "root");
	int r;

	place_init(&place, root != NULL ? root : getenv("POSTERN_ROOT"));
	path = place_path(place.run, "gate.sock", NULL);
	place_done(&place);
	gate = fdio_connect(path);
	if (gate < 0)
		return cli_fail(cli, STATUS_NO_GATE, "posternd does not run here (no answer at %s: %s)", path, err_text(gate));
	r = tell_login(gate);
	if (r < 0)
		return cli_fail(cli, STATUS_NO_GATE, "posternd does not listen: %s", err_text(r));
	for (r = 1; r > 0;) {
		struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = gate, .events = POLLIN } };

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return cli_fail(cli, STATUS_FAILED, "cannot wait: %s", err_text(-errno));
		if (fds[0].revents != 0)
			r = move(STDIN_FILENO, gate);
		if (r > 0 && fds[1].revents != 0)
			r = move(gate, STDOUT_FILENO);
	}
	return r == 0 ? STATUS_OK : STATUS_NO_GATE;
}
