/* SPDX-License-Identifier: ISC */
/* Words for what the kernel held a session to. Unknown words are newer than this program and are shown as they are. */
#include "config.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/enforced.h"

#define MARK	"enforced: "
#define MOST	2048

struct teller {
	const json_t	*record;
	void		(*each)(const char *sentence, void *user);
	void		*user;
};

/* clang-format off */
static const struct { const char *word, *sentence; } marks[] = {
	{ "shell-baseline",	"It had the baseline of a shell." },
	{ "no-new-privs",	"It could not gain privileges (sudo, setuid programs)." },
	{ "root-inside",	"It could become root inside (sudo: yes)." },
	{ "seccomp",		"System calls that no such job needs were refused (io_uring, bpf, other architectures, ...)." },
	{ "user-ns",		"It ran in a user namespace of its own." },
	{ "pid-ns",		"It saw no process but its own." },
	{ "mount-ns",		NULL },
	{ "ipc-ns",		NULL },
	{ "empty-net-ns",	"It had no network at all." },
	{ "cgroup",		NULL },
	{ "ports-by-cgroup",	"Ports were closed by a program on its cgroup." },
	{ "no-inet",		NULL },
	{ "no-udp",		"It had no UDP." },
	{ "no-listen",		"It could not listen." },
	{ "no-namespaces",	"It could make no namespaces and no mounts." },
	{ "truncate-by-seccomp", "Files were kept from being emptied by the system call filter." },
	{ "noexec",		"Nothing but its own programs could be mapped as a program." },
	{ "read-only",		"Nothing but what it may write could be changed, neither modes nor owners." },
	{ "sockets-hidden",	"Sockets of other services were out of sight." },
	{ "private-tmp",	"Its temporary folders were its own." },
	{ "trail",		"A tracer told which programs it executed and which files it changed." },
	{ "trail-exact",	"Programs and arguments were compared with what the kernel really took." },
	{ "exact-by-kernel",	"The kernel itself told them, so that debuggers could be used (eBPF)." },
	{ "trail-reads",	"The tracer told which files it read as well." },
	{ "confined",		NULL },
	{ "pids-max",		NULL },
};

static const struct { const char *word, *sentence; } gaps[] = {
	{ "fs",		"NOT enforced: files outside the role's lists." },
	{ "truncate",	"NOT enforced: files could be emptied." },
	{ "tcp",	"NOT enforced: TCP ports." },
	{ "scope",	"NOT enforced: signals or abstract sockets could reach outside." },
	{ "sockets",	"NOT enforced: sockets of other services could be reached." },
	{ "noexec",	"NOT enforced: a loader could run programs that the role may only read or write." },
	{ "exact",	"NOT enforced: arguments in the trail are as claimed, without a second witness." },
};
/* clang-format on */

static void __attribute__((format(printf, 2, 3)))
tell(const struct teller *t, const char *format, ...)
{
	AUTO_FREE char *clean = NULL;
	char text[MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	clean = text_clean(text, strlen(text));
	t->each(clean, t->user);
}

static bool
has_mark(const struct teller *t, const char *word)
{
	const json_t *by = json_object_get(t->record, "by");

	for (size_t i = 0; i < json_array_size(by); i++) {
		const char *text = json_string_value(json_array_get(by, i));

		if (text != NULL && strcmp(text, word) == 0)
			return true;
	}
	return false;
}

static json_int_t
number(const struct teller *t, const char *name)
{
	return json_integer_value(json_object_get(t->record, name));
}

static void
tell_head(const struct teller *t)
{
	if (!has_mark(t, "confined"))
		tell(t, "The role has no rights of its own: files, ports and sockets of its account were open.");
	else if (number(t, "landlock") == 0)
		tell(t, "The kernel had no Landlock.");
	else
		tell(t, "Landlock %d held it to %d files and folders%s%s.", (int)number(t, "landlock"), (int)number(t, "rules"),
		    number(t, "net") != 0 ? ", to its TCP ports" : "", number(t, "scoped") != 0 ? ", and to itself" : "");
	if (number(t, "pids") > 0)
		tell(t, "It could have at most %d processes.", (int)number(t, "pids"));
}

static void
tell_marks(const struct teller *t)
{
	const json_t *by = json_object_get(t->record, "by");

	for (size_t i = 0; i < json_array_size(by); i++) {
		const char *word = json_string_value(json_array_get(by, i));
		const char *sentence = word;

		for (size_t k = 0; word != NULL && k < sizeof marks / sizeof marks[0]; k++)
			if (strcmp(marks[k].word, word) == 0)
				sentence = marks[k].sentence;
		if (sentence != NULL)
			tell(t, "%s", sentence);
	}
}

static void
tell_missing(const struct teller *t)
{
	const json_t *missing = json_object_get(t->record, "missing");

	for (size_t i = 0; i < json_array_size(missing); i++) {
		const char *word = json_string_value(json_array_get(missing, i));
		const char *sentence = NULL;

		for (size_t k = 0; word != NULL && k < sizeof gaps / sizeof gaps[0]; k++)
			if (strcmp(gaps[k].word, word) == 0)
				sentence = gaps[k].sentence;
		if (sentence != NULL)
			tell(t, "%s", sentence);
		else if (word != NULL)
			tell(t, "NOT enforced: %s.", word);
	}
}

/* What holds a session at its end, and what does not. */
static void
tell_hold(const struct teller *t)
{
	if (!has_mark(t, "pid-ns"))
		tell(t, "NOT enforced: no namespace held it, so its end was best effort, and other processes of its account, the recorder's too, could be reached.");
	else if (has_mark(t, "root-inside") && !has_mark(t, "confined"))
		tell(t, "NOT enforced: root inside could leave its cgroup and change its mounts; only its process namespace held it.");
}

static void
tell_paths(const struct teller *t, const char *name, const char *count_name, const char *words)
{
	const json_t *paths = json_object_get(t->record, name);
	size_t all = (size_t)number(t, count_name);
	size_t told = json_array_size(paths);

	for (size_t i = 0; i < told; i++)
		if (json_string_value(json_array_get(paths, i)) != NULL)
			tell(t, "%s: %s.", words, json_string_value(json_array_get(paths, i)));
	if (all > told && told > 0)
		tell(t, "%s: %zu more.", words, all - told);
}

const char *
enforced_object(const char *text)
{
	const char *rest = text + strlen(MARK);

	return strncmp(text, MARK, strlen(MARK)) == 0 && *rest == '{' ? rest : NULL;
}

int
enforced_tell(const char *json, void (*each)(const char *sentence, void *user), void *user)
{
	json_t *record = json_loads(json, 0, NULL);
	struct teller t = { record, each, user };

	if (!json_is_object(record)) {
		json_decref(record);
		return ERR_REC_FORMAT;
	}
	tell_head(&t);
	tell_marks(&t);
	tell_missing(&t);
	tell_hold(&t);
	tell_paths(&t, "skipped", "skipped_count", "The role names what is not there");
	tell_paths(&t, "loose", "loose_count", "A program in what it could read");
	json_decref(record);
	return 0;
}
