/* SPDX-License-Identifier: ISC */
/* The role that is psql and not a shell, with a real server: every way out of psql ends at the kernel. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_may.h"

#define BIN	"/usr/lib/postgresql/15/bin"

/* A server of our own on `port`; "" in `why` if it runs. */
static const char *
server_start(const char *port)
{
	AUTO_FREE char *command = NULL;

	if (access(BIN "/postgres", X_OK) < 0 || geteuid() != 0)
		return "PostgreSQL 15 is not here, or we are not root";
	if (asprintf(&command, "d=%s/pg; mkdir -p $d && chown postgres $d && cd $d && run='setpriv --reuid postgres --regid postgres --clear-groups' && "
	    "$run " BIN "/initdb -D $d/data -A trust -U postgres --no-sync >$d/log 2>&1 && "
	    "$run " BIN "/pg_ctl -D $d/data -s -w -l $d/server.log -o \"-p %s -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off\" start >>$d/log 2>&1",
	    cage_case.site.root, port) < 0)
		return "memory";
	return system(command) == 0 ? NULL : "no server starts here";
}

static void
server_stop(void)
{
	AUTO_FREE char *command = NULL;

	if (asprintf(&command, "d=%s/pg; setpriv --reuid postgres --regid postgres --clear-groups " BIN
	    "/pg_ctl -D $d/data -s -w -m immediate stop >/dev/null 2>&1; rm -rf $d", cage_case.site.root) >= 0)
		cage_check(system(command) == 0, "the server does not stop");
}

/* All that psql says to the script, on both outputs. */
static char *
psql(struct cage *cage, const char *script)
{
	AUTO_FREE char *out = NULL;
	AUTO_FREE char *err = own_alloc(65536);
	char *all = NULL;

	if (!cage_running(cage))
		return own_dup("");
	cage_check(fdio_write(cage->in, script, strlen(script)) == 0, "psql does not listen");
	own_close(&cage->in);
	out = cage_output(cage, NULL);
	cage_check(read(cage->err, err, 65535) >= 0, "no errors");
	cage_hear(cage, WARDEN_RECEIPT);
	cage_done(cage);
	if (asprintf(&all, "%s\n%s", out, err) < 0)
		return own_dup("");
	return all;
}

static void
try_psql(enum cage_mode mode, int abi, const struct may_world *w, const char *port)
{
	bool ports = mode == CAGE_ROOT || abi == MAY_NEWEST;	/* in trial mode an old kernel closes none; a role that requires it is refused */
	const char *words[] = { BIN "/psql", "-X", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-d", "postgres", NULL };
	struct cage cage;
	AUTO_FREE char *script = NULL;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, abi);
	cage_run(&cage, words);
	may_connect(&cage, port);
	cage.start.role.rights.need = NEED_FS | NEED_TRUNCATE | (ports ? NEED_TCP : 0u);
	cage_check(asprintf(&script, "select 'works', 40 + 2 as sum;\n\\! echo ran-$((40+2))\n"
	    "\\! /lib64/ld-linux-x86-64.so.2 /bin/bash -c 'echo ran-$((40+2))'\n\\setenv PSQL_EDITOR /bin/bash\n\\copy (select 1) to program 'cat >%s/pwned'\n"
	    "\\i %s/file\n\\copy (select 1) to '%s/file'\n\\o |echo ran-$((40+2))\nselect 1;\n\\o\n\\e\n"
	    "\\connect postgres postgres 127.0.0.1 %s\nselect 'over';\n", w->other, w->other, w->other, w->port[1]) > 0, "memory");
	text = psql(&cage, script);
	cage_check_word(text, "works    |  42");
	cage_check(!cage_has(text, "ran-42"), "something ran: %s", text);
	cage_check_word(text, "file: Permission denied");
	cage_check(((cage.enforced.missing & NEED_TCP) != 0) == !ports, "ports are not in the record as they are");
	cage_check((cage.enforced.missing & NEED_TCP) != 0 || cage_has(text, "Permission denied\n\tIs the server") || cage_has(text, "Operation not permitted\n\tIs the server"),
	    "the other port is not refused by the kernel: %s", text);
}

static void
psql_is_no_shell_and_finds_no_other_file_or_port(enum cage_mode mode)
{
	struct may_world w;
	AUTO_FREE char *pwned = NULL;
	char port[8];
	const char *why;

	may_world_make(&w);
	snprintf(port, sizeof port, "%u", 20000u + (unsigned)getpid() % 10000u);
	why = server_start(port);
	if (why != NULL) {
		cage_case.skip = why;
		may_world_done(&w);
		return;
	}
	try_psql(mode, MAY_NEWEST, &w, port);
	try_psql(mode, 2, &w, port);
	cage_check(asprintf(&pwned, "%s/pwned", w.other) > 0 && access(pwned, F_OK) < 0, "a program was run");
	server_stop();
	may_world_done(&w);
}

const struct cage_test cage_psql[] = {
	CAGE_CASE(psql_is_no_shell_and_finds_no_other_file_or_port, IN_ROOT | IN_TRIAL, false),
	CAGE_LAST
};
