/* SPDX-License-Identifier: ISC */
/* The parser behind the tables of verbs. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"

static void
print_option(const struct cli_option *option)
{
	char left[64];
	char letter[8] = "    ";

	if (option->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", option->letter);
	snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->value != NULL ? " " : "",
	    option->value != NULL ? option->value : "");
	printf("  %-26s %s\n", left, option->help);
}

static int
print_verb(const char *program, const struct cli_verb *verb)
{
	printf("usage: %s %s%s%s%s\n\n%s.\n", program, verb->name, verb->options != NULL ? " [options]" : "",
	    verb->args[0] != '\0' ? " " : "", verb->args, verb->help);
	if (verb->options != NULL)
		printf("\n");
	for (const struct cli_option *o = verb->options; o != NULL && o->name != NULL; o++)
		print_option(o);
	return STATUS_OK;
}

static int
print_all(const char *program, const char *about, const struct cli_verb *verbs)
{
	char left[64];

	printf("usage: %s COMMAND [options]\n\n%s\n\n", program, about);
	for (const struct cli_verb *v = verbs; v->name != NULL; v++) {
		snprintf(left, sizeof left, "%s %s", v->name, v->args);
		printf("  %-32s %s\n", left, v->help);
	}
	printf("\n%s COMMAND --help tells a command's options.\n", program);
	return STATUS_OK;
}

static int __attribute__((format(printf, 2, 3)))
usage(const struct cli *cli, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s %s: ", cli->program, cli->verb->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; see %s %s --help\n", cli->program, cli->verb->name);
	return STATUS_USAGE;
}

static int
find_long(const struct cli_verb *verb, const char *name, size_t count)
{
	for (int i = 0; verb->options != NULL && verb->options[i].name != NULL; i++)
		if (strlen(verb->options[i].name) == count && strncmp(verb->options[i].name, name, count) == 0)
			return i;
	return -1;
}

static int
find_letter(const struct cli_verb *verb, char letter)
{
	for (int i = 0; verb->options != NULL && verb->options[i].name != NULL; i++)
		if (verb->options[i].letter == letter)
			return i;
	return -1;
}

/* One option at argv[*at]; moves *at over a value in the next word. 0 or STATUS_USAGE. */
static int
parse_option(struct cli *cli, char **argv, int argc, int *at)
{
	const char *word = argv[*at];
	const char *value = NULL;
	int i;

	if (word[1] == '-') {
		value = strchr(word, '=');
		i = find_long(cli->verb, word + 2, value != NULL ? (size_t)(value - word - 2) : strlen(word + 2));
		value = value != NULL ? value + 1 : NULL;
	} else {
		i = find_letter(cli->verb, word[1]);
		value = word[2] != '\0' ? word + 2 : NULL;
	}
	if (i < 0)
		return usage(cli, "there is no option %s", word);
	if (cli->verb->options[i].value == NULL) {
		if (value != NULL)
			return usage(cli, "option %s takes no value", word);
		cli->given[i] = "";
		return 0;
	}
	/* `--` is never a value: whoever checks the words before us must be able to tell where options end. */
	if (value == NULL && *at + 1 < argc && strcmp(argv[*at + 1], "--") != 0)
		value = argv[++*at];
	if (value == NULL)
		return usage(cli, "option %s needs a value", word);
	if (cli->value_count == CLI_VALUES)
		return usage(cli, "%d values are the most", CLI_VALUES);
	cli->values[cli->value_count++] = (struct cli_value){ .option = i, .text = value };
	cli->given[i] = value;
	return 0;
}

static int
parse(struct cli *cli, int argc, char **argv)
{
	int r;

	cli->after_dashes = -1;
	for (int i = 2; i < argc; i++) {
		if (cli->after_dashes < 0 && strcmp(argv[i], "--") == 0) {
			cli->after_dashes = cli->word_count;
		} else if (cli->after_dashes < 0 && argv[i][0] == '-' && argv[i][1] != '\0') {
			r = parse_option(cli, argv, argc, &i);
			if (r != 0)
				return r;
		} else {
			cli->words[cli->word_count++] = argv[i];
		}
	}
	if (cli->after_dashes < 0)
		cli->after_dashes = cli->word_count;
	if (cli->word_count < cli->verb->least)
		return usage(cli, "it needs %s", cli->verb->args);
	if (cli->verb->most >= 0 && cli->word_count > cli->verb->most)
		return usage(cli, "'%s' is too many", cli->words[cli->verb->most]);
	return 0;
}

static int
wants_help(int argc, char **argv, int from)
{
	for (int i = from; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || (i == 1 && strcmp(argv[i], "-h") == 0))
			return 1;
	return 0;
}

int
cli_main(const char *program, const char *about, const struct cli_verb *verbs, int argc, char **argv, void *user)
{
	AUTO_FREE char **words = own_alloc(((size_t)argc + 1) * sizeof *words);
	struct cli cli = { .program = program, .words = words, .user = user };
	int r;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return print_all(program, about, verbs);
	for (const struct cli_verb *v = verbs; v->name != NULL; v++) {
		if (strcmp(v->name, argv[1]) != 0)
			continue;
		cli.verb = v;
		if (wants_help(argc, argv, 2))
			return print_verb(program, v);
		r = parse(&cli, argc, argv);
		return r != 0 ? r : v->run(&cli);
	}
	fprintf(stderr, "%s: there is no command '%s'; see %s --help\n", program, argv[1], program);
	return STATUS_USAGE;
}

const char *
cli_get(const struct cli *cli, const char *name)
{
	int i = find_long(cli->verb, name, strlen(name));

	return i < 0 ? NULL : cli->given[i];
}

const char *
cli_nth(const struct cli *cli, const char *name, int n)
{
	int option = find_long(cli->verb, name, strlen(name));

	for (int i = 0; i < cli->value_count; i++)
		if (cli->values[i].option == option && n-- == 0)
			return cli->values[i].text;
	return NULL;
}

bool
cli_has(const struct cli *cli, const char *name)
{
	return cli_get(cli, name) != NULL;
}

int
cli_fail(const struct cli *cli, int status, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s %s: ", cli->program, cli->verb->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

/* clang-format off */
static const struct { int error; int status; } statuses[] = {
	{ ERR_DENIED,		STATUS_DENIED },
	{ ERR_NO_RIGHT,		STATUS_DENIED },
	{ ERR_HOURS,		STATUS_DENIED },
	{ ERR_OWN_REQUEST,	STATUS_DENIED },
	{ ERR_EXPIRED,		STATUS_EXPIRED },
	{ ERR_SLOT_GONE,	STATUS_EXPIRED },
	{ ERR_LAPSED,		STATUS_LAPSED },
	{ ERR_NOT_FOUND,	STATUS_NOT_FOUND },
	{ ERR_AMBIGUOUS,	STATUS_NOT_FOUND },
	{ ERR_BAD_ID,		STATUS_USAGE },
	{ ERR_BAD_TIME,		STATUS_USAGE },
	{ ERR_USAGE,		STATUS_USAGE },
	{ ERR_REC_DAMAGED,	STATUS_DAMAGED },
	{ ERR_REC_FORMAT,	STATUS_DAMAGED },
	{ ERR_STORE_DAMAGED,	STATUS_DAMAGED },
	{ ERR_KEY,		STATUS_KEY },
	{ ERR_KEY_WRONG,	STATUS_KEY },
	{ ERR_LAYERS,		STATUS_KEY },
	{ ERR_KEY_LOCKED,	STATUS_KEY },
	{ ERR_KEY_PASSPHRASE,	STATUS_KEY },
	{ ERR_REC_KEY,		STATUS_KEY },
	{ ERR_REC_EXTERNAL,	STATUS_KEY },
	{ ERR_CLOCK,		STATUS_CONFIRM },
	{ ERR_TOO_MANY,		STATUS_CONFIRM },
};
/* clang-format on */

int
cli_status(int error)
{
	if (error >= 0)
		return STATUS_OK;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i].error == error)
			return statuses[i].status;
	return STATUS_FAILED;
}
