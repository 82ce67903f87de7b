/* SPDX-License-Identifier: ISC */
/* YAML into structs by libcyaml, and its complaints turned into sentences with file and line. */
#include "config.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_yaml.h"

#define UNKNOWN_KEY	"Load: Unexpected key: "
#define MISSING_KEY	"Load: Missing required mapping field: "
#define KEY_TWICE	"Load: Mapping field already seen: "

/* clang-format off */
/* libcyaml's beginnings of a sentence, and ours; %s is what stands behind its last ": ". */
static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{ UNKNOWN_KEY,		"there is no key '%s' here" },
	{ MISSING_KEY,		"the key '%s' is missing here" },
	{ KEY_TWICE,		"the key '%s' stands here twice" },
	{ "Load: Invalid ENUM value: ",			"'%s' is neither yes nor no" },
	{ "Load: Invalid UINT value: ",			"%s is not a whole number" },
	{ "Load: Invalid INT value: ",			"%s is not a whole number" },
	{ "Load: Invalid uint64_t value: ",		"%s is not a whole number" },
	{ "Load: Expecting MAPPING, got event: ",	"keys with values are expected here (key: value)" },
	{ "Load: Expecting SEQUENCE, got event: ",	"a list is expected here ([a, b])" },
	{ "Load: Expecting ",				"one plain value is expected here" },
	{ "Load: STRING length < ",			"the text is too short: %s" },
	{ "Load: STRING length > ",			"the text is too long: %s" },
};
/* clang-format on */

/*
 * What libcyaml logged: its first complaint, and the first two places of the backtrace behind it. The first is the last
 * thing it had read; the second is where the mapping around that began.
 */
struct complaint {
	char		text[512];
	int		line[2], column[2];
	unsigned	places;
};

static void __attribute__((format(printf, 3, 0)))
on_log(cyaml_log_t level, void *user, const char *format, va_list args)
{
	struct complaint *complaint = user;
	char text[512];
	const char *place;

	(void)level;
	vsnprintf(text, sizeof text, format, args);
	text[strcspn(text, "\n")] = '\0';
	place = strstr(text, "(line: ");
	if (place == NULL && complaint->text[0] == '\0')
		memcpy(complaint->text, text, sizeof text);
	if (place != NULL && complaint->places < 2 &&
	    sscanf(place, "(line: %d, column: %d)", &complaint->line[complaint->places],
		&complaint->column[complaint->places]) == 2)
		complaint->places++;
}

/* The line to name: libcyaml's own, except where a key is the fault or is missing. */
static int
line_of(const struct complaint *complaint, const struct policy_lines *lines)
{
	int line = complaint->line[0];

	if (strncmp(complaint->text, MISSING_KEY, strlen(MISSING_KEY)) == 0 && complaint->places > 1)
		line = complaint->line[1];
	if (strncmp(complaint->text, UNKNOWN_KEY, strlen(UNKNOWN_KEY)) == 0)
		line = policy_lines_key(lines, complaint->text + strlen(UNKNOWN_KEY), line, complaint->column[0]);
	if (strncmp(complaint->text, KEY_TWICE, strlen(KEY_TWICE)) == 0)
		line = policy_lines_key(lines, complaint->text + strlen(KEY_TWICE), line, complaint->column[0]);
	return line > 0 ? line : 1;
}

static void
say(const struct policy_yaml *yaml, const struct complaint *complaint, cyaml_err_t error, struct buf *errors)
{
	char what[512];
	const char *rest;

	buf_addf(errors, "%s:%d: ", yaml->name, line_of(complaint, yaml->lines));
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		const char *mark = strstr(sentences[i].ours, "%s");

		if (strncmp(complaint->text, sentences[i].theirs, strlen(sentences[i].theirs)) != 0)
			continue;
		if (mark == NULL) {
			buf_addf(errors, "%s\n", sentences[i].ours);
			return;
		}
		rest = complaint->text + strlen(sentences[i].theirs);
		if (strstr(sentences[i].theirs, "length") != NULL)
			rest += strcspn(rest, " ") + 1;	/* over the number and its colon */
		snprintf(what, sizeof what, "%s", rest);
		buf_addf(errors, "%.*s%s%s\n", (int)(mark - sentences[i].ours), sentences[i].ours, what, mark + 2);
		return;
	}
	if (error == CYAML_ERR_ALIAS)
		buf_addf(errors, "anchors and aliases (& and *) are not allowed here\n");
	else
		buf_addf(errors, "%s\n", complaint->text[0] != '\0' ? complaint->text : cyaml_strerror(error));
}

static cyaml_config_t
config_for(struct complaint *complaint)
{
	return (cyaml_config_t){ .log_fn = on_log, .log_ctx = complaint, .mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR, .flags = CYAML_CFG_NO_ALIAS };
}

int
policy_yaml_load(const struct policy_yaml *yaml, const struct cyaml_schema_value *schema, void **data, unsigned *entries,
    struct buf *errors)
{
	struct complaint complaint = { .places = 0 };
	cyaml_config_t config = config_for(&complaint);
	cyaml_err_t error = cyaml_load_data((const uint8_t *)yaml->text, yaml->count, &config, schema, data, entries);

	if (error == CYAML_OK)
		return 0;
	say(yaml, &complaint, error, errors);
	return ERR_POLICY;
}

void
policy_yaml_free(const struct cyaml_schema_value *schema, void *data, unsigned entries)
{
	struct complaint complaint = { .places = 0 };
	cyaml_config_t config = config_for(&complaint);

	cyaml_free(&config, schema, data, entries);
}
