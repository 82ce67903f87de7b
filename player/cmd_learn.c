/* SPDX-License-Identifier: ISC */
/*
 * postern policy learn: what sessions executed and changed, as the `may:` block of a role. It is a draft for a person to read:
 * a trail tells what was done, not what should be allowed.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/agekey.h"
#include "lib/record/trail.h"
#include "lib/wire/messages.h"
#include "player/commands.h"
#include "player/found.h"
#include "player/paths.h"
#include "player/tape.h"

/* What was learnt so far. */
struct learnt {
	struct paths	exec, read, write;
	bool		is_shell;	/* a shell ran */
	unsigned	sessions;
	struct age_ring	*ring;		/* of the auditor, for all of them */
	unsigned long	masked;		/* names with something covered in them: they say nothing */
};

static const char *const shells[] = { "sh", "bash", "dash", "zsh", "ksh" };
static const char *const shell_has[] = { "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", NULL };	/* postern-policy(5), shell: yes */
static const char *const never[] = { "/proc", "/dev", "/sys", NULL };

static void
note_path(struct learnt *learnt, struct paths *paths, const char *cwd, const char *path)
{
	if (path == NULL || path[0] == '\0')
		return;
	if (strchr(path, '*') != NULL)
		learnt->masked++;
	else if (path[0] == '/' || cwd[0] == '/')
		paths_add(paths, cwd, path);
}

static void
note_exec(struct learnt *learnt, const struct rec_exec *exec)
{
	const char *name = strrchr(exec->path, '/');

	if (exec->what != TRAIL_EXEC || (exec->flags & (TRAIL_MISSING | TRAIL_UNKNOWN | TRAIL_BY_FD)) != 0)
		return;
	name = name != NULL ? name + 1 : exec->path;
	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
		learnt->is_shell = learnt->is_shell || strcmp(name, shells[i]) == 0;
	note_path(learnt, &learnt->exec, exec->cwd, exec->path);
}

static void
note_event(struct learnt *learnt, const struct rec_event *event)
{
	struct rec_exec exec;
	struct rec_file file;

	if (event->kind == REC_EXEC && rec_exec_read(event, &exec) == 0)
		note_exec(learnt, &exec);
	if (event->kind != REC_FILE || rec_file_read(event, &file) < 0 || (file.flags & TRAIL_UNKNOWN) != 0)
		return;
	note_path(learnt, file.act == TRAIL_READ ? &learnt->read : &learnt->write, "", file.path);
	if (file.act == TRAIL_RENAME || file.act == TRAIL_LINK)
		note_path(learnt, &learnt->write, "", file.other);
}

static int
learn_one(struct cli *cli, const char *what, struct learnt *learnt)
{
	const struct tape_ask ask = { what, "a role is learnt from it" };
	AUTO_TAPE struct tape tape = { 0 };
	struct rec_event event;
	int status, got;

	tape_ask_reason(cli, what);
	status = tape_open_with(&tape, learnt->ring, cli, &ask);
	if (status != STATUS_OK)
		return status;
	status = tape_needs(&tape, true);
	if (status != STATUS_OK)
		return status;
	while ((got = rec_reader_next(tape.reader, &event)) == 1)
		note_event(learnt, &event);
	learnt->sessions++;
	return got < 0 && got != ERR_REC_DAMAGED ? cli_fail(cli, cli_status(got), "%s: %s", what, err_text(got)) : tape_verdict(&tape, tape.reader);
}

/* "  write: [/a, /b]" with what a YAML reader could take for something else in quotes. */
static void
print_list(const char *key, const struct paths *paths)
{
	if (paths->count == 0)
		return;
	printf("  %s:\n", key);
	for (size_t i = 0; i < paths->count; i++) {
		AUTO_FREE char *clean = text_clean(paths->items[i], strlen(paths->items[i]));
		bool is_plain = strspn(clean, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./@") == strlen(clean);

		printf(is_plain ? "    - %s\n" : "    - '%s'\n", clean);
	}
}

static void
print(const struct learnt *learnt)
{
	printf("# Learnt from %u session%s. Read it before you believe it: it allows what was done there, whether or not it should be.\n",
	    learnt->sessions, learnt->sessions == 1 ? "" : "s");
	printf("# A trail tells nothing of networks (connect, bind), and of what was read only where the role says `trail: reads`.\n");
	if (learnt->masked > 0)
		printf("# %lu names were left out, as something in them is masked.\n", learnt->masked);
	if (!learnt->is_shell && learnt->exec.count + learnt->read.count + learnt->write.count == 0) {
		printf("may: {}\n");
		return;
	}
	printf("may:\n");
	if (learnt->is_shell)
		printf("  shell: yes\n");
	print_list("exec", &learnt->exec);
	print_list("read", &learnt->read);
	print_list("write", &learnt->write);
}

/* A line each, for `policy test --against`: the act's word, a blank, the path. A path with a line feed in it says nothing here. */
static void
print_acts(const char *act, struct paths *paths)
{
	paths_unite(paths);
	for (size_t i = 0; i < paths->count; i++)
		if (strchr(paths->items[i], '\n') == NULL)
			printf("%s %s\n", act, paths->items[i]);
}

static int
learn_found(struct cli *cli, struct learnt *learnt)
{
	struct found found = { .count = 0 };
	const char *role = cli_get(cli, "role");
	int status = found_since(cli, role != NULL ? role : "", &found);

	for (size_t i = 0; i < found.count && status == STATUS_OK; i++)
		status = learn_one(cli, found.ids[i], learnt);
	free(found.ids);
	return status;
}

int
cmd_learn(struct cli *cli)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct learnt learnt = { .ring = ring };
	int status = STATUS_OK;

	if (tape_is_login())
		return cli_fail(cli, STATUS_DENIED, "run it on your own machine with -H and this host");
	if (cli->word_count == 0)
		status = learn_found(cli, &learnt);
	for (int i = 0; i < cli->word_count && status == STATUS_OK; i++)
		status = learn_one(cli, cli->words[i], &learnt);
	if (cli_has(cli, "acts")) {
		printf("sessions %u\n", learnt.sessions);
		print_acts("run", &learnt.exec);
		print_acts("read", &learnt.read);
		print_acts("write", &learnt.write);
	} else if (status == STATUS_OK || status == STATUS_DAMAGED) {
		paths_settle(&learnt.exec, learnt.is_shell ? shell_has : never);
		paths_settle(&learnt.read, learnt.is_shell ? shell_has : never);
		paths_settle(&learnt.write, never);
		print(&learnt);
	}
	paths_done(&learnt.exec);
	paths_done(&learnt.read);
	paths_done(&learnt.write);
	return status;
}
