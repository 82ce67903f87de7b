/* SPDX-License-Identifier: ISC */
/* The other side of recorder/keep/replica_main.c, for an administrator who waits for it. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "recorder/keep/fetch.h"
#include "recorder/keep/lines.h"

#define B64	sodium_base64_VARIANT_ORIGINAL

int
fetch_read_file(const char *path, char host[FETCH_WHY], struct note_key *key)
{
	AUTO_FREE char *text = NULL;
	char *save = NULL;
	bool has_key = false;
	int r = fdio_slurp_path(path, 4096, &text, NULL);

	if (r < 0)
		return r;
	host[0] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "to ", 3) == 0 && line[3] != '-')
			snprintf(host, FETCH_WHY, "%s", line + 3);
		else if (strncmp(line, "key ", 4) == 0)
			has_key = note_key_parse(line + 4, key) == 0;
	}
	return host[0] != '\0' && has_key ? 0 : ERR_CONFIG;
}

static void __attribute__((noreturn))
become_ssh(const struct fetch *fetch, int fd)
{
	const int sources[] = { fd, fd, STDERR_FILENO }, targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	const char *words[] = { "ssh", "-T", "-oClearAllForwardings=yes", "-oServerAliveInterval=15", "--", fetch->host, NULL, NULL, NULL };

	if (fetch->config != NULL) {
		words[4] = "-F";
		words[5] = fetch->config;
		words[6] = "--";
		words[7] = fetch->host;
	}
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execvp("ssh", (char **)(uintptr_t)words);
	_exit(127);
}

static int __attribute__((format(printf, 2, 3)))
give_up(char why[FETCH_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, FETCH_WHY, format, args);
	va_end(args);
	return ERR_PEER_GONE;
}

static int
greet(const struct fetch *fetch, struct lines *lines, char why[FETCH_WHY])
{
	struct note_key key;
	char *line;
	int r = lines_put(lines, "postern-replica 1 %s", fetch->log);

	if (r == 0)
		r = lines_get(lines, &line);
	if (r <= 0)
		return give_up(why, "%s hung up", fetch->host);
	if (strncmp(line, "replica 1 ", 10) != 0)
		return give_up(why, "%s: %s", fetch->host, strncmp(line, "error 0 ", 8) == 0 ? line + 8 : "this is no replica");
	if (note_key_parse(line + 10, &key) < 0 || memcmp(key.public, fetch->key.public, NOTE_PUBLIC) != 0)
		return give_up(why, "%s signs with another key than the one that was named", fetch->host);
	return 0;
}

static int
take_slot(const struct fetch *fetch, const char *text)
{
	AUTO_SECRET uint8_t *record = secret_new(SLOTS_RECORD);
	size_t count;

	if (sodium_base642bin(record, SLOTS_RECORD, text, strlen(text), NULL, &count, NULL, B64) != 0 || count != SLOTS_RECORD)
		return ERR_SLOT_DAMAGED;
	return fetch->live(fetch->user, record);
}

static int
take_receipt(const struct fetch *fetch, uint32_t unit, const char *text)
{
	char note[RECEIPT_MOST + 1];
	struct receipt receipt;
	size_t count;
	int r;

	if (sodium_base642bin((uint8_t *)note, RECEIPT_MOST, text, strlen(text), NULL, &count, NULL, B64) != 0)
		return ERR_NOTE;
	note[count] = '\0';
	r = receipt_open(note, count, &fetch->key, &receipt);
	if (r == 0 && receipt.slot != unit)
		r = ERR_SIGNATURE;
	return r < 0 ? r : fetch->erased(fetch->user, &receipt, note);
}

/* 0: more is to come; 1: that was all. */
static int
take_line(const struct fetch *fetch, const char *line, char why[FETCH_WHY])
{
	const char *space = strchr(line, ' ');
	char *rest = NULL;
	uint32_t unit = space != NULL ? (uint32_t)strtoul(space + 1, &rest, 10) : 0;
	int r = ERR_MSG_UNKNOWN;

	if (strcmp(line, "end") == 0)
		return 1;
	if (rest != NULL && *rest == ' ')
		rest++;
	if (rest != NULL && strncmp(line, "slot ", 5) == 0)
		r = take_slot(fetch, rest);
	else if (rest != NULL && strncmp(line, "erased ", 7) == 0)
		r = take_receipt(fetch, unit, rest);
	else if (rest != NULL && strncmp(line, "error ", 6) == 0)
		return give_up(why, "%s, slot %" PRIu32 ": %s", fetch->host, unit, rest);
	return r < 0 ? give_up(why, "%s, slot %" PRIu32 ": %s", fetch->host, unit, err_text(r)) : 0;
}

static int
converse(const struct fetch *fetch, int fd, char why[FETCH_WHY])
{
	struct lines lines;
	char *line;
	int r;

	lines_init(&lines, fd, fd);
	r = greet(fetch, &lines, why);
	if (r == 0 && lines_put(&lines, "all") < 0)
		r = give_up(why, "%s hung up", fetch->host);
	while (r == 0)
		r = lines_get(&lines, &line) > 0 ? take_line(fetch, line, why) : give_up(why, "%s hung up in the middle", fetch->host);
	lines_done(&lines);
	return r < 0 ? r : 0;
}

int
fetch_run(const struct fetch *fetch, char why[FETCH_WHY])
{
	int sockets[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return give_up(why, "no socket: %s", err_text(-errno));
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (pid == 0)
		become_ssh(fetch, sockets[1]);
	close(sockets[1]);
	r = pid > 0 ? converse(fetch, sockets[0], why) : give_up(why, "ssh does not start: %s", err_text(-errno));
	close(sockets[0]);
	if (pid > 0) {
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
	}
	return r;
}
