/* SPDX-License-Identifier: ISC */
/* The rules of guards: those that come with Postern, patterns, and the search. */
#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/guard_rule.h"

#define STEPS_MOST	100000	/* of one search: a few milliseconds */
#define LITERAL_LEAST	3

#define COMMAND		"(?:^|[;&|(]|\\bsudo\\s|\\bdoas\\s)\\s*"
#define ROOT_OR_HOME	"[\"']?(?:/|/\\*|~/?|~/\\*|\\$HOME/?|\\$\\{?HOME\\}?/\\*)[\"']?(?:\\s|$|[;&|])"

/* clang-format off */
const struct guard_builtin guard_builtin[] = {
	{ "sql", { GUARD_CONFIRM, GUARD_IN_COMMAND, "drop-database", "it removes a whole database, schema or table",
	    "\\bdrop\\s+(?:database|schema|table)\\b" } },
	{ "sql", { GUARD_CONFIRM, GUARD_IN_COMMAND, "update-all", "without WHERE it changes every row",
	    "\\b(?:update\\s+\\S+\\s+set|delete\\s+from)\\s(?![^;]*\\bwhere\\b)[^;]*[;\"']" } },
	{ "sql", { GUARD_CONFIRM, GUARD_IN_COMMAND, "truncate", "it removes every row",
	    "\\btruncate\\s+(?:table\\s+)?[\\w.\"]+\\s*(?:,|;|cascade|restart)" } },
	{ "shell", { GUARD_DENY, GUARD_IN_COMMAND, "rm-root", "it removes everything, or your whole home",
	    "\\brm\\s(?=[^;&|]*-\\w*r)(?:\\S+\\s+)*" ROOT_OR_HOME } },
	{ "shell", { GUARD_CONFIRM, GUARD_IN_COMMAND, "shutdown", "it stops or restarts the machine",
	    COMMAND "(?:shutdown|reboot|poweroff|halt|init\\s+[06]|systemctl\\s+(?:poweroff|reboot|halt|kexec))(?:\\s|$|;)" } },
	{ "shell", { GUARD_CONFIRM, GUARD_IN_COMMAND, "disk", "it writes over a disk or makes a file system on it",
	    COMMAND "(?:mkfs(?:\\.\\w+)?\\s|wipefs\\s|dd\\s[^;&|]*\\bof=/dev/)" } },
	{ "cluster", { GUARD_CONFIRM, GUARD_IN_COMMAND, "kubectl-delete", "it removes what runs in the cluster",
	    "\\b(?:kubectl|oc)\\b[^;&|]*\\sdelete\\s" } },
	{ "cluster", { GUARD_ASK, GUARD_IN_COMMAND, "terraform-destroy", "it removes what has been built",
	    "\\b(?:terraform|tofu)\\b[^;&|]*\\s(?:destroy\\b|apply\\s[^;&|]*-destroy\\b)" } },
	{ "cluster", { GUARD_CONFIRM, GUARD_IN_COMMAND, "helm-uninstall", "it removes a release",
	    "\\bhelm\\b[^;&|]*\\s(?:uninstall|delete)\\s" } },
};

static const char *const do_words[GUARD_DO_COUNT] = {
	[GUARD_WARN] = "warn", [GUARD_CONFIRM] = "confirm", [GUARD_ASK] = "ask", [GUARD_DENY] = "deny",
};

static const char *const in_words[] = {
	[GUARD_IN_COMMAND] = "command", [GUARD_IN_EXEC] = "exec", [GUARD_IN_COMMAND | GUARD_IN_EXEC] = "command, exec",
};
#define IN_COUNT	(sizeof in_words / sizeof in_words[0])
/* clang-format on */

const size_t guard_builtin_count = sizeof guard_builtin / sizeof guard_builtin[0];

enum guard_do
guard_do_of(const char *word)
{
	for (int i = GUARD_WARN; i < GUARD_DO_COUNT; i++)
		if (strcmp(do_words[i], word) == 0)
			return (enum guard_do)i;
	return GUARD_NONE;
}

const char *
guard_do_word(enum guard_do does)
{
	return do_words[does] != NULL ? do_words[does] : "nothing";
}

const char *
guard_in_word(unsigned in)
{
	return in < IN_COUNT && in_words[in] != NULL ? in_words[in] : "nothing";
}

/* 0 if it is no such word. */
static unsigned
in_of(const char *word)
{
	for (unsigned in = 0; in < IN_COUNT; in++)
		if (in_words[in] != NULL && strcmp(in_words[in], word) == 0)
			return in;
	return 0;
}

bool
guard_words_have(const char *const *words, enum guard_in in)
{
	size_t count = 0;

	while (words != NULL && words[count] != NULL)
		count++;
	for (size_t i = 0; i + GUARD_WORDS_EACH <= count; i += GUARD_WORDS_EACH)
		if (in_of(words[i + 1]) & in)
			return true;
	return false;
}

/* ---- patterns ---------------------------------------------------------------------------------------------------- */

static pcre2_code *
compile(const char *pattern, char why[GUARD_WHY])
{
	PCRE2_UCHAR message[100] = "";
	PCRE2_SIZE at = 0;
	int error = 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_CASELESS | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
	    &error, &at, NULL);

	if (code == NULL && why != NULL) {
		pcre2_get_error_message(error, message, sizeof message);
		snprintf(why, GUARD_WHY, "character %zu: %s", (size_t)at + 1, (const char *)message);
	}
	return code;
}

/* Adds text if there is room; the room that is used. */
static size_t
add(char *out, size_t used, const char *text)
{
	size_t length = strlen(text);

	if (used + length >= GUARD_PATTERN)
		return GUARD_PATTERN;
	memcpy(out + used, text, length + 1);
	return used + length;
}

static int
from_glob(const char *glob, char out[GUARD_PATTERN], char why[GUARD_WHY])
{
	size_t used = add(out, 0, isalnum((unsigned char)glob[0]) ? "\\b" : ""), length = strlen(glob);

	for (const char *at = glob; *at != '\0' && used < GUARD_PATTERN; at++) {
		char one[3] = { '\\', *at, '\0' };

		if (*at == '*')
			used = add(out, used, ".*");
		else if (*at == '?')
			used = add(out, used, ".");
		else if (*at == ' ')
			used = at[1] == ' ' ? used : add(out, used, "\\s+");
		else
			used = add(out, used, ispunct((unsigned char)*at) ? one : one + 1);
	}
	if (used < GUARD_PATTERN && length > 0 && isalnum((unsigned char)glob[length - 1]))
		used = add(out, used, "\\b");
	if (used < GUARD_PATTERN)
		return 0;
	snprintf(why, GUARD_WHY, "the pattern is too long");
	return ERR_MASK_RULES;
}

/* A few letters or digits in a row that are no escape: a pattern without them is in every second line. */
static bool
has_literal(const char *pattern)
{
	size_t run = 0;

	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0') {
			run = isalnum((unsigned char)at[1]) ? 0 : run;
			at++;
			continue;
		}
		run = isalnum((unsigned char)*at) || (unsigned char)*at >= 0x80 || *at == '-' || *at == '_' ? run + 1 : 0;
		if (run == LITERAL_LEAST)
			return true;
	}
	return false;
}

static bool
is_expression(const char *match)
{
	size_t length = strlen(match);

	return length > 1 && match[0] == '/' && match[length - 1] == '/' && length - 2 < GUARD_PATTERN;
}

/* Neither a line nor a program's arguments have any: in double quotes YAML makes a backspace of \b. */
static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

/* A sign between two others that are no blanks: a pipe of a shell mostly stands between blanks. */
static bool
is_between(const char *match, const char *at)
{
	return at > match && at[-1] != ' ' && at[1] != ' ' && at[1] != '\0';
}

const char *
guard_pattern_sign(const char *match)
{
	static const char *const signs[] = { "\\b", "\\B", "\\s", "\\S", "\\d", "\\D", "\\w", "\\W", "\\.", "\\/", "\\-", "\\*", "\\(", ".*", ".+",
		"(?", "[^", "[a-", "[A-", "[0-" };
	const char *at = strchr(match, '|');
	size_t length = strlen(match);

	if (is_expression(match) || length == 0)
		return NULL;
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strstr(match, signs[i]) != NULL)
			return signs[i];
	if (at != NULL && is_between(match, at))
		return "|";
	if (match[0] == '^')
		return "^";
	return match[length - 1] == '$' ? "$" : NULL;
}

int
guard_pattern(const char *match, char out[GUARD_PATTERN], char why[GUARD_WHY])
{
	size_t length = strlen(match);
	pcre2_code *code;
	uint32_t empty = 0;
	int r = 0;

	if (has_control(match)) {
		snprintf(why, GUARD_WHY, "there is a control character in it (write it without double quotes): no line has any, so it would never be found");
		return ERR_MASK_RULES;
	}
	if (is_expression(match)) {
		memcpy(out, match + 1, length - 2);
		out[length - 2] = '\0';
	} else {
		r = from_glob(match, out, why);
	}
	if (r < 0)
		return r;
	if (!has_literal(out)) {
		snprintf(why, GUARD_WHY, "there must be at least %d letters or digits in a row in it, so that it is not in every line", LITERAL_LEAST);
		return ERR_MASK_RULES;
	}
	code = compile(out, why);
	if (code == NULL)
		return ERR_MASK_RULES;
	(void)pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty);
	pcre2_code_free(code);
	if (empty != 0)
		snprintf(why, GUARD_WHY, "it matches nothing at all, so every line");
	return empty != 0 ? ERR_MASK_RULES : 0;
}

/* ---- the search -------------------------------------------------------------------------------------------------- */

struct guard_rules {
	size_t			 count;
	char			*texts[GUARD_RULES][GUARD_WORDS_EACH];
	struct guard_rule	 rules[GUARD_RULES];
	pcre2_code		*codes[GUARD_RULES];
	pcre2_match_data	*match;
	pcre2_match_context	*limits;
};

void
guard_rules_free(struct guard_rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		pcre2_code_free(rules->codes[i]);
		for (size_t k = 0; k < GUARD_WORDS_EACH; k++)
			free(rules->texts[i][k]);
	}
	pcre2_match_data_free(rules->match);
	pcre2_match_context_free(rules->limits);
	free(rules);
}

static bool
take(struct guard_rules *rules, const char *const *words)
{
	size_t i = rules->count;

	if (i == GUARD_RULES || guard_do_of(words[0]) == GUARD_NONE || in_of(words[1]) == 0)
		return false;
	rules->codes[i] = compile(words[4], NULL);
	if (rules->codes[i] == NULL)
		return false;
	for (size_t k = 0; k < GUARD_WORDS_EACH; k++)
		rules->texts[i][k] = own_dup(words[k]);
	rules->rules[i] = (struct guard_rule){ guard_do_of(words[0]), in_of(words[1]), rules->texts[i][2], rules->texts[i][3], rules->texts[i][4] };
	rules->count++;
	return true;
}

struct guard_rules *
guard_rules_new(const char *const *words, bool *bad)
{
	struct guard_rules *rules;
	size_t count = 0;

	while (words != NULL && words[count] != NULL)
		count++;
	*bad = count % GUARD_WORDS_EACH != 0;
	if (count == 0 || *bad)
		return NULL;
	rules = own_alloc(sizeof *rules);
	rules->match = pcre2_match_data_create(1, NULL);
	rules->limits = pcre2_match_context_create(NULL);
	*bad = rules->match == NULL || rules->limits == NULL;
	if (!*bad)
		pcre2_set_match_limit(rules->limits, STEPS_MOST);
	for (size_t i = 0; !*bad && i < count; i += GUARD_WORDS_EACH)
		*bad = !take(rules, words + i);
	if (*bad) {
		guard_rules_free(rules);
		return NULL;
	}
	return rules;
}

const struct guard_rule *
guard_rules_find(struct guard_rules *rules, enum guard_in in, const char *text, size_t count)
{
	const struct guard_rule *found = NULL;

	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		if (!(rules->rules[i].in & in) || (found != NULL && found->does >= rules->rules[i].does))
			continue;
		if (pcre2_match(rules->codes[i], (PCRE2_SPTR)text, count, 0, 0, rules->match, rules->limits) >= 0)
			found = &rules->rules[i];
	}
	return found;
}
