/* SPDX-License-Identifier: ISC */
/* Start-up that posternd, gate and keeper have in common. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/secret.h"
#include "recorder/keeper/daemon.h"

static void
help(const char *program)
{
	printf("usage: %s [--trial --root DIR] [--root DIR] [--debug]\n\n"
	       "  --root DIR  keep everything under DIR instead of the installed places\n"
	       "  --trial     one ordinary uid, everything under DIR; a new DIR gets a sample policy\n"
	       "  --debug     say more in the journal (standard error)\n",
	    program);
	exit(0);
}

static void
account(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		log_fatal("there is no account '%s'; make it with: useradd --system --no-create-home --shell /usr/sbin/nologin %s",
		    name, name);
	if (pw->pw_uid == 0)
		log_fatal("the account '%s' must not be uid 0", name);
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
}

void
daemon_accounts(struct daemon *daemon)
{
	if (daemon->trial) {
		daemon->gate_uid = daemon->worker_uid = geteuid();
		daemon->gate_gid = daemon->worker_gid = getegid();
		return;
	}
	account(POSTERN_GATE_USER, &daemon->gate_uid, &daemon->gate_gid);
	account(POSTERN_WORKER_USER, &daemon->worker_uid, &daemon->worker_gid);
	if (daemon->gate_uid == daemon->worker_uid)
		log_fatal("the gate and the workers must not share one uid");
}

void
daemon_init(struct daemon *daemon, const char *program, int argc, char **argv)
{
	static const struct option options[] = {
		{ "trial", no_argument, NULL, 't' },
		{ "root", required_argument, NULL, 'r' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *root = NULL;
	int option;

	*daemon = (struct daemon){ 0 };
	log_open(program, LOG_LEVEL_INFO);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't')
			daemon->trial = true;
		else if (option == 'r')
			root = optarg;
		else if (option == 'd')
			daemon->debug = true;
		else if (option == 'h')
			help(program);
		else if (option == 'v')
			exit(printf("%s %s\n", program, PACKAGE_VERSION) < 0);
		else
			exit(2);
	}
	if (optind < argc)
		log_fatal("'%s' is too many; see %s --help", argv[optind], program);
	if (daemon->trial && root == NULL)
		log_fatal("--trial needs --root DIR");
	if (daemon->debug)
		log_open(program, LOG_LEVEL_DEBUG);
	secret_init();
	place_init(&daemon->place, root);
}

void
daemon_done(struct daemon *daemon)
{
	place_done(&daemon->place);
}

void
daemon_become(uid_t uid, gid_t gid)
{
	if (geteuid() == uid && getuid() == uid && getegid() == gid)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		log_fatal("cannot become uid %u: %s", (unsigned)uid, strerror(errno));
	if (uid != 0 && setresuid((uid_t)-1, 0, (uid_t)-1) == 0)
		log_fatal("uid %u could become root again", (unsigned)uid);
}
