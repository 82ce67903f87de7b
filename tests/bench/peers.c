/* SPDX-License-Identifier: ISC */
/* The recorders: who is there, and how each is called. Nothing else in this folder knows their options. */
#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "lib/record/agekey.h"
#include "tests/bench/bench.h"

/* clang-format off */
const struct peer peers[PEER_COUNT] = {
	[PEER_BARE] =		{ "bare pty",		"no recorder",							NULL },
	[PEER_SCRIPT] =		{ "script",		"input and output, plain, buffered (its default)",		"script" },
	[PEER_SCRIPT_FLUSH] =	{ "script -f",		"as script, flushed after each write",				"script" },
	[PEER_SUDO] =		{ "sudo",		"log_input and log_output, zlib (its default)",			"sudo" },
	[PEER_SUDO_FLUSH] =	{ "sudo, flushing",	"as sudo, iolog_flush",						"sudo" },
	[PEER_RECORD] =		{ "postern record --no-mask",	"input and output, sealed before it is shown, then zstd",	NULL },
	[PEER_MASKED] =		{ "postern record, masked",	"the same behind the masking rules that come with it (its default)",	NULL },
	[PEER_GATE] =		{ "postern, a gate's",	"the same through a gate in trial mode, with warden and init",	NULL },
};
/* clang-format on */

static size_t total;	/* for add_one() */

static int
add_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	total += flag == FTW_F ? (size_t)st->st_size : 0;
	return 0;
}

static char *
out_path(const struct bench *bench, enum peer_id id, const char *name)
{
	static char path[PATH_MOST];

	snprintf(path, sizeof path, "%.180s/out%d%s%s", bench->dir, (int)id, name[0] != '\0' ? "/" : "", name);
	return path;
}

size_t
peer_size(const struct bench *bench, enum peer_id id)
{
	total = 0;
	(void)nftw(out_path(bench, id, ""), add_one, 16, FTW_PHYS);
	return total;
}

void
peer_clear(const struct bench *bench, enum peer_id id)
{
	clean_folder(out_path(bench, id, ""), false);
}

void
peer_fail(struct bench *bench, enum peer_id id, const char *what)
{
	if (!bench->is_missing[id])
		fprintf(stderr, "bench: %s %s; it is left out\n", peers[id].name, what);
	bench->is_missing[id] = true;
}

/* Each recorder has a child of its own, so that sudo's settings hold for this path and no other command. */
static const char *
child_path(const struct bench *bench, enum peer_id id)
{
	static char path[PATH_MOST];

	snprintf(path, sizeof path, "%.180s/child%d", bench->dir, (int)id);
	return path;
}

static int
copy_child(const struct bench *bench, enum peer_id id)
{
	static char bytes[65536];
	AUTO_FILE FILE *from = fopen(bench->child, "r");
	AUTO_FILE FILE *to = fopen(child_path(bench, id), "w");
	size_t n;

	if (from == NULL || to == NULL)
		return -errno;
	while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
		if (fwrite(bytes, 1, n, to) != n)
			return -errno;
	return fchmod(fileno(to), 0755) < 0 || mkdir(out_path(bench, id, ""), 0700) < 0 ? -errno : 0;
}

static bool
run_quietly(const char *command)
{
	int status = system(command);

	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
is_installed(const char *program)
{
	char command[PATH_MOST];

	snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
	return run_quietly(command);
}

static void
put_sudoers(const struct bench *bench, FILE *file)
{
	for (enum peer_id id = PEER_SUDO; id <= PEER_SUDO_FLUSH; id++) {
		const char *child = child_path(bench, id);

		fprintf(file, "root ALL = (root) NOPASSWD: %s\nDefaults!%s log_input, log_output, iolog_file=%%{seq}%s\n", child, child,
		    id == PEER_SUDO_FLUSH ? ", iolog_flush" : "");
		fprintf(file, "Defaults!%s iolog_dir=%s\n", child, out_path(bench, id, ""));
	}
}

/* Checked before it lies where sudo reads it: a mistake there would lock everybody out of sudo. NULL or why not. */
static const char *
prepare_sudo(const struct bench *bench)
{
	char draft[PATH_MOST], command[4 * PATH_MOST];

	if (geteuid() != 0)
		return "needs root here (a drop-in in sudoers.d)";
	snprintf(draft, sizeof draft, "%.180s/sudoers", bench->dir);
	{
		AUTO_FILE FILE *file = fopen(draft, "w");

		if (file == NULL || fchmod(fileno(file), 0440) < 0)
			return "got no draft of its drop-in";
		put_sudoers(bench, file);
	}
	snprintf(command, sizeof command, "visudo -cqf %s && install -m 0440 %s %s.tmp~ && mv %s.tmp~ %s", draft, draft, clean_sudoers(),
	    clean_sudoers(), clean_sudoers());
	return run_quietly(command) ? NULL : "did not take its drop-in in /etc/sudoers.d";
}

static int
make_key(struct bench *bench)
{
	uint8_t identity[AGE_KEY];
	struct age_recipient key;

	age_identity_new(identity);
	age_identity_recipient(identity, &key);
	(void)age_recipient_text(&key, bench->key);
	return 0;
}

int
peers_begin(struct bench *bench)
{
	const char *why;
	int r = make_key(bench);

	for (enum peer_id id = 0; r == 0 && id < PEER_COUNT; id++) {
		r = copy_child(bench, id);
		if (peers[id].program != NULL && !is_installed(peers[id].program))
			peer_fail(bench, id, "is not installed");
	}
	if (r < 0 || bench->is_missing[PEER_SUDO])
		return r;
	why = prepare_sudo(bench);
	if (why != NULL) {
		peer_fail(bench, PEER_SUDO, why);
		peer_fail(bench, PEER_SUDO_FLUSH, why);
	}
	return 0;
}

/* script takes its command as one text for a shell. */
static const char *
as_text(const char *child, const char *const arguments[])
{
	static char text[1024];
	size_t used = (size_t)snprintf(text, sizeof text, "exec %s", child);

	for (size_t i = 0; arguments[i] != NULL && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %s", arguments[i]);
	return text;
}

static size_t
add_words(char **argv, size_t count, const char *const words[])
{
	for (size_t i = 0; words[i] != NULL && count + 1 < ARGS_MOST; i++)
		argv[count++] = (char *)(uintptr_t)words[i];
	argv[count] = NULL;
	return count;
}

char *const *
peer_argv(const struct bench *bench, enum peer_id id, const char *const arguments[])
{
	static char *argv[ARGS_MOST];
	static char out[2][PATH_MOST], program[PATH_MOST], root[PATH_MOST];
	static unsigned serial;
	const char *child = child_path(bench, id);
	const char *const script[] = { "script", "-q", "-B", out[0], "-T", out[1], "-c", as_text(child, arguments),
		id == PEER_SCRIPT_FLUSH ? "-f" : NULL, NULL };
	const char *const sudo[] = { "sudo", child, NULL };
	const char *const record[] = { program, "record", "-q", "--no-mask", "-r", bench->key, "-o", out[0], "--", child, NULL };
	const char *const masked[] = { program, "record", "-q", "-r", bench->key, "-o", out[0], "--", child, NULL };
	const char *const enter[] = { program, "enter", arguments[0], "--root", root, "--as", "engineer", NULL };
	const char *const bare[] = { child, NULL };
	const char *const *const words[PEER_COUNT] = { bare, script, script, sudo, sudo, record, masked, enter };
	bool takes_arguments = id == PEER_BARE || id == PEER_SUDO || id == PEER_SUDO_FLUSH || id == PEER_RECORD ||
	    id == PEER_MASKED;
	size_t count;

	serial++;
	for (int i = 0; i < 2; i++) {
		char name[32];

		snprintf(name, sizeof name, "%u.%d", serial, i);
		snprintf(out[i], sizeof out[i], "%s", out_path(bench, id, name));
	}
	snprintf(program, sizeof program, "%.200s/postern", bench->programs);
	snprintf(root, sizeof root, "%.200s/gate", bench->dir);
	count = add_words(argv, 0, words[id]);
	if (takes_arguments)
		(void)add_words(argv, count, arguments);
	return argv;
}

void
peers_versions(const struct bench *bench)
{
	char command[2 * PATH_MOST];

	for (enum peer_id id = 0; id < PEER_COUNT; id++) {
		AUTO_FREE char *line = NULL;
		size_t room = 0;
		FILE *from;

		if (id == PEER_BARE || id == PEER_SCRIPT_FLUSH || id == PEER_SUDO_FLUSH || id == PEER_MASKED || id == PEER_GATE || bench->is_missing[id])
			continue;
		snprintf(command, sizeof command, "%s%s%s --version 2>/dev/null | head -n 1", id == PEER_RECORD ? bench->programs : "",
		    id == PEER_RECORD ? "/" : "", id == PEER_RECORD ? "postern" : peers[id].program);
		from = popen(command, "r");
		if (from != NULL && getline(&line, &room, from) > 0)
			printf("- %s", line);
		if (from != NULL)
			pclose(from);
	}
}
