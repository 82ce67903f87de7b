/* SPDX-License-Identifier: ISC */
/* The world outside and the role inside. */
#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_may.h"

static int
listen_port(char text[8])
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		cage_check(false, "no port to listen on");
	snprintf(text, 8, "%u", ntohs(at.sin_port));
	return fd;
}

static int
listen_unix(const char *name, bool is_abstract)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path + is_abstract, name, strlen(name));
	if (bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + is_abstract + strlen(name))) < 0 ||
	    listen(fd, 64) < 0 || (!is_abstract && chmod(name, 0777) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
make_folder(char path[160], const char *name)
{
	char file[200];

	snprintf(path, 160, "%s/home/%s", cage_case.site.root, name);
	snprintf(file, sizeof file, "%s/file", path);
	if ((mkdir(path, 0755) < 0 && access(path, F_OK) < 0) || chown(path, cage_case.site.uid, cage_case.site.gid) < 0)
		cage_check(false, "no folder %s", path);
	close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	cage_check(chown(file, cage_case.site.uid, cage_case.site.gid) == 0 && truncate(file, 100) == 0, "no file %s", file);
}

void
may_world_make(struct may_world *world)
{
	*world = (struct may_world){ .port = { "" } };
	world->fds[0] = listen_port(world->port[0]);
	world->fds[1] = listen_port(world->port[1]);
	snprintf(world->name, sizeof world->name, "postern-may-%d", (int)getpid());
	world->fds[2] = listen_unix(world->name, true);
	snprintf(world->socket[0], sizeof world->socket[0], "/run/postern-may-%d", (int)getpid());
	world->fds[3] = listen_unix(world->socket[0], false);
	if (world->fds[3] < 0)
		world->socket[0][0] = '\0';	/* only root makes things there */
	snprintf(world->socket[1], sizeof world->socket[1], "/tmp/ssh-postern-may-%d", (int)getpid());
	world->fds[4] = listen_unix(world->socket[1], false);
	make_folder(world->mine, "mine");
	make_folder(world->other, "other");
}

void
may_world_done(struct may_world *world)
{
	for (size_t i = 0; i < sizeof world->fds / sizeof world->fds[0]; i++)
		if (world->fds[i] >= 0)
			close(world->fds[i]);
	for (size_t i = 0; i < 2; i++)
		if (world->socket[i][0] != '\0')
			unlink(world->socket[i]);
}

void
may_init(struct cage *cage, enum cage_mode mode, int abi)
{
	cage_init(cage, &cage_case.site, mode);
	cage->start.role.rights.flags = RIGHTS_CONFINED;
	cage->start.abi_limit = abi == MAY_NEWEST ? 0 : (uint32_t)abi + 1;
	cage_run_probe(cage, "try", NULL, NULL);
}

void
may_path(struct cage *cage, enum rights_kind kind, const char *path)
{
	struct rights *rights = &cage->start.role.rights;

	rights->paths[rights->paths_count].kind = kind;
	snprintf(rights->paths[rights->paths_count++].path, RIGHTS_PATH, "%s", path);
}

void
may_connect(struct cage *cage, const char *port)
{
	struct rights *rights = &cage->start.role.rights;

	rights->connect[rights->connect_count++] = (uint16_t)atoi(port);
}

char *
may_try(struct cage *cage, const char *const *words)
{
	const char *all[ROLE_RUN + 1] = { cage_case.probe, "try" };

	for (size_t i = 0; words[i] != NULL && i + 2 < ROLE_RUN; i++)
		all[i + 2] = words[i];
	cage_run(cage, all);
	return cage_run_through(cage);
}

/* Behind "ACT:WHAT: "; NULL if there is no such line. */
static const char *
answer(const char *text, const char *act, const char *what)
{
	char line[256];
	const char *at;

	snprintf(line, sizeof line, "%s%s%s: ", act, what[0] != '\0' ? ":" : "", what);
	at = strstr(text, line);
	return at != NULL ? at + strlen(line) : NULL;
}

void
may_check(const char *text, const char *act, const char *what, const char *word)
{
	const char *said = answer(text, act, what);

	cage_check(said != NULL && strncmp(said, word, strlen(word)) == 0, "%s %s is not \"%s\" in: %s", act, what, word, text);
}

bool
may_done(const char *text, const char *act, const char *what)
{
	const char *said = answer(text, act, what);

	return said != NULL && strncmp(said, "done", 4) == 0;
}

void
may_refused(const char *text, const char *act, const char *what)
{
	const char *said = answer(text, act, what);

	cage_check(said != NULL && strncmp(said, "done", 4) != 0, "%s %s is not refused: %s", act, what, text);
}
