/* SPDX-License-Identifier: ISC */
/* No shell is as simple as this. What it takes for a command too often covers too much; a hidden command is not what it is against. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "recorder/mask/mask_area.h"
#include "recorder/mask/mask_command.h"

#define DEPTH		3	/* of commands in quotes */
#define WRAPPED		6	/* words behind a wrapper at which the command may begin */
#define PROMPT_MOST	200	/* bytes */

struct search {
	const struct mask_area	*areas;
	size_t			 count;
	unsigned		 depth;
};

static size_t find_in(const struct search *search, const char *line, size_t bytes);

/* Behind the word at `i`, with its quotes. */
static size_t
over_word(const char *text, size_t bytes, size_t i)
{
	char quote = '\0';

	for (; i < bytes && (quote != '\0' || text[i] != ' '); i++) {
		if (text[i] == '\\' && quote != '\'' && i + 1 < bytes)
			i++;
		else if (quote == '\0' && (text[i] == '\'' || text[i] == '"'))
			quote = text[i];
		else if (text[i] == quote)
			quote = '\0';
	}
	return i;
}

static size_t
over_blanks(const char *text, size_t bytes, size_t i)
{
	while (i < bytes && text[i] == ' ')
		i++;
	return i;
}

/* The command with single blanks, its program without folders, and nothing of redirections. */
static void
normalize(const char *text, size_t bytes, char out[COMMAND_MOST + 1])
{
	size_t n = 0;

	for (size_t i = over_blanks(text, bytes, 0); i < bytes; i = over_blanks(text, bytes, i)) {
		size_t end = over_word(text, bytes, i), from = i;

		if (text[i] == '>' || text[i] == '<' || (isdigit((unsigned char)text[i]) && i + 1 < end && text[i + 1] == '>'))
			break;
		for (size_t k = i; n == 0 && k + 1 < end; k++)
			if (text[k] == '/')
				from = k + 1;
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, text + from, end - from);
		n += end - from;
		i = end;
	}
	out[n] = '\0';
}

/* "env" is also "env -0": options do not make another program of it. */
static bool
has_only_options(const char *text)
{
	while (*text == ' ') {
		if (text[1] != '-')
			return false;
		text += 1 + strcspn(text + 1, " ");
	}
	return *text == '\0';
}

static bool
matches(const char *glob, const char *command)
{
	size_t length = strlen(glob);

	if (mask_glob(glob, command, false))
		return true;
	return strncmp(glob, command, length) == 0 && command[length] == ' ' && has_only_options(command + length);
}

static size_t
find_command(const struct search *search, const char *text, size_t bytes)
{
	char command[COMMAND_MOST + 1];

	normalize(text, bytes, command);
	for (size_t i = 0; command[0] != '\0' && i < search->count; i++)
		if (matches(search->areas[i].glob, command))
			return i;
	return search->count;
}

static bool
is_one_of(const char *const *words, const char *text, size_t bytes)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == bytes && memcmp(*words, text, bytes) == 0)
			return true;
	return false;
}

/* Programs that start the one that they are given, a few words further on. */
static bool
is_wrapper(const char *text, size_t bytes)
{
	static const char *const wrappers[] = { "sudo", "doas", "su", "time", "nohup", "exec", "command", "builtin", "nice", "ionice", "timeout",
		"watch", "stdbuf", "setsid", "strace", "env", "xargs", "bash", "sh", "zsh", "dash", "ash", "ksh", "ssh", "eval", "\\!", "then",
		"do", "else", "if", "while", "!", "{", NULL };

	for (size_t i = 0; i < bytes; i++)
		if (text[i] == '/' && i + 1 < bytes)
			return is_wrapper(text + i + 1, bytes - i - 1);
	return is_one_of(wrappers, text, bytes);
}

static bool
is_assignment(const char *text, size_t bytes)
{
	size_t i = 0;

	while (i < bytes && (isalnum((unsigned char)text[i]) || text[i] == '_'))
		i++;
	return i > 0 && i < bytes && text[i] == '=';
}

/* A word in quotes that is a command line of its own. */
static size_t
find_quoted(const struct search *search, const char *word, size_t bytes)
{
	struct search inside = { search->areas, search->count, search->depth + 1 };

	if (search->depth == DEPTH || bytes < 3 || (word[0] != '"' && word[0] != '\'') || word[bytes - 1] != word[0])
		return search->count;
	return find_in(&inside, word + 1, bytes - 2);
}

/* One command, between what separates commands. */
static size_t
find_simple(const struct search *search, const char *text, size_t bytes)
{
	unsigned wrapped = 0;
	size_t i = over_blanks(text, bytes, 0);

	while (i < bytes) {
		size_t end = over_word(text, bytes, i), found;

		if (is_assignment(text + i, end - i)) {
			i = over_blanks(text, bytes, end);
			continue;
		}
		found = find_command(search, text + i, bytes - i);
		if (found == search->count && wrapped > 0)
			found = find_quoted(search, text + i, end - i);
		if (found < search->count)
			return found;
		if (is_wrapper(text + i, end - i))
			wrapped = WRAPPED + 1;
		if (wrapped == 0 || --wrapped == 0)
			break;
		i = over_blanks(text, bytes, end);
	}
	return search->count;
}

static size_t
find_in(const struct search *search, const char *line, size_t bytes)
{
	size_t from = 0, found = search->count;
	char quote = '\0';

	for (size_t i = 0; i <= bytes && found == search->count; i++) {
		char c = i < bytes ? line[i] : ';';

		if (quote != '\0' && i < bytes) {
			quote = c == quote ? '\0' : quote;
		} else if (c == '\'' || c == '"') {
			quote = c;
		} else if (strchr(";|&()`", c) != NULL) {
			found = find_simple(search, line + from, i - from);
			from = i + 1;
		}
	}
	return found;
}

size_t
mask_command_find(const struct mask_area *areas, size_t count, const char *line, size_t bytes)
{
	struct search search = { .areas = areas, .count = count };

	return find_in(&search, line, bytes < COMMAND_MOST ? bytes : COMMAND_MOST);
}

/* A '>' by itself is no prompt: it sends output somewhere, or quotes. */
static bool
is_redirection(const char *line, size_t i)
{
	return line[i] == '>' && (i == 0 || line[i - 1] == ' ');
}

size_t
mask_prompt_end(const char *line, size_t bytes, size_t from)
{
	static const char *const signs[] = { "$", "#", "%", ">", "\u276f", "\u279c", "\u03bb", "\u00bb", NULL };

	for (size_t i = from; i < bytes && i < PROMPT_MOST; i++) {
		for (const char *const *sign = signs; *sign != NULL; sign++) {
			size_t length = strlen(*sign);

			if (length > bytes - i || memcmp(line + i, *sign, length) != 0 || is_redirection(line, i))
				continue;
			if (i + length == bytes || line[i + length] == ' ')
				return i + length + (i + length < bytes);
		}
	}
	return 0;
}
